// For the search of the Chinese pages: what is asked, cut into the words of the index. Material passes over the last
// character, over all that follows one it does not know, and over a border between Han and Latin letters.
{
  const HAN = /\p{sc=Han}+/gu;
  const BORDER = /\w(?=\p{sc=Han})|\p{sc=Han}(?=\w)/gu;
  // These the index does not hold: lunr's stop words, each of one character.
  const STOP =
    "的一不在人有是为為以于於上他而后後之来來及了因下可到由这這与與也此但并並个個其已无無小我们們起最再今去好只又或很亦某把那你乃它吧被比别趁当當从從得打" +
    "凡儿兒尔爾该該各给給跟和何还還即几幾既看据據距靠啦另么麽每嘛拿哪您凭憑且却卻让讓仍啥如若使谁誰虽雖随隨同所她哇嗡往些向沿哟喲用咱则則怎曾至致着著诸諸自";
  let words;

  // The longest word that begins at each place. The character after it is no part of any word: Material looks no further
  // than the last but one.
  const cut = (run) => {
    const found = [];
    for (let rest = run; rest; ) {
      let length = Math.min(rest.length, 8);
      while (length > 1 && !words.has(rest.slice(0, length))) length -= 1;
      const word = rest.slice(0, length);
      if (length > 1) found.push(`${word}々`);
      else if (!STOP.includes(word)) found.push(word);
      rest = rest.slice(length);
    }
    return found.join(" ") || run;
  };

  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message) {
    const { type, data } = message;
    if (type === 0) words = new Set(JSON.stringify(data.docs).match(HAN)); // cut when the site was built
    postMessage.call(this, type === 2 ? { type, data: data.replace(BORDER, "$& ").replace(HAN, cut) } : message);
  };
}
