/** What is known of languages: words that tell nothing of what a question is about, and endings. */

const split = (text) => text.trim().split(/\s+/);

/** By language; words that only ask, and, in English, words about files themselves. */
export const COMMON = {
  english: split(`
    a about again all also am an and any are as at be been being but by can could did do does done for
    from get give given go goes had has have he her here his how i if in into is it its just long many
    may me mean means might more most much must my need no not now of off often on only or our out
    please say says shall she should so some such take takes tell than that the their them then there
    these they this those to too up us was we were what when where which who whom whose why will with
    would you your happen happens find know like want kind high tall big old far
    deep large wide heavy fast file files document documents text
  `),
  german: split(`
    aber alle als also am an auch auf aus bei bin bis das dass dem den der des die dies diese dieser
    doch lang lange weit hoch gilt gelten beträgt betragen du ein eine einem einen einer es für gibt hat habe haben hatte ich ihr im ist ja kann können
    man mein mich mir mit muss nach nicht noch nur oder sehr sein seine sich sie sind steht über um und
    uns viel viele vom von vor wann war waren warum was welche welchem welchen welcher welches wem wen
    wenn wer werden wessen wie wird wo woher wohin wurde wurden zu zum zur oft
  `),
  french: split(`
    à au aux avec ce cela ces cette chez combien comment dans de depuis des dit donc du elle elles en
    est et été être eu fait faut il ils je la le les leur leurs lui ma mais me mes mon ne nous ont où ou
    par pas pendant peut plus pour pourquoi quand que quel quelle quelles quels qui quoi sa sans se ses
    sont son sur ta te tes ton tu un une vos votre vous y
  `),
  spanish: split(`
    al algo cada como con cómo cuál cuáles cuándo cuando cuánto cuánta cuántos cuántas de del desde
    dónde donde el ella ellos entre era eran es esta está están este esto fue ha han hay hasta la las le
    les lo los más me mi mucho muy no nos para pero por porque puede qué que quién quiénes se según ser
    si sin sobre son su sus también tiene tienen todo un una uno unos y ya
  `),
  portuguese: split(`
    ao aos as até com como da das do dos e ela ele em entre essa esse esta este foi foram há isso isto
    já mais mas me meu minha muito na nas não no nos num numa o onde os ou para pela pelo por porque
    qual quais quando quanto quantos que quem são se sem ser seu seus sua suas também tem um uma
  `),
  italian: split(`
    agli ai al alla alle allo anche c che chi ci come con cosa cui da dal dalla dei del della delle di
    dove e è era gli ha hanno i il in io la le lo loro ma mi nel nella nelle non o per perché più può
    quale quali quando quanto quanti quella quello questa questo se si sono su sua suo sul sulla tra un
    una uno
  `),
  dutch: split(`
    aan al als bij dan dat de deze die dit door een en er geen had heb hebben heeft hem het hij hoe hun
    ik in is je kan maar meer met mijn moet na naar niet nog of om onder ook op over te tot uit van veel
    voor waar waarom wanneer was wat we welk welke wie wordt worden zal ze zich zijn zo zonder
  `),
  russian: split(`
    а без был была были было быть в во вам вас весь вы где да для до его ее если есть еще же за и из или
    им их к как какая какие каким какой какого когда кого кому который ко куда кто ли мне мы на над не
    нет них но о об он она они от откуда по под почему при с сколько со так там то тот ты у уже чего чей
    чем что чтобы эта эти это я
  `),
  arabic: split(`
    ما ماذا متى أين من كيف لماذا كم هل هو هي في على إلى عن مع هذا هذه التي الذي أو و كان
  `),
};

/** In scripts without spaces: what asks, and what only binds. */
export const ASKING = split(`
  什么时候 什麼時候 什么 什麼 谁 誰 哪里 哪裡 哪儿 哪个 哪些 何时 何時 为什么 為什麼 怎么 怎麼 怎样 多少 几 多久
  的 是 在 了 吗 嗎 呢 和 与 與 有 请问 請問
  いつ どこ だれ 誰 何 なに なぜ どう どの どれ いくら いくつ ですか ますか でしょうか です ます ました
  は が を に で と の へ も や から まで より
  เมื่อไหร่ เมื่อไร เมื่อใด ที่ไหน อะไร ใคร ทำไม อย่างไร ยังไง เท่าไหร่ เท่าไร กี่ ไหม หรือไม่ คือ เป็น
  ของ และ ที่ ใน จะ มี ได้
`);

/** The ends by which forms of one word differ, once accents are gone. */
export const ENDINGS = split(`
  s es e d ed er ers ing ings ly al y ies ied ier ation ations ment ments or ors ion ions
  en em n ern st t te ten ter ung ungen lich isch er es
  x ee ees ez ent ons ant ait aient ement ements aux eur eurs euse aient
  o a os as i is ar ir ado ada ados adas ido ida idos idas ando iendo cion ciones cao coes
  are ere ire ato ata ati ate zione zioni mente
  et ar na erna ene
  а я о е и ы у ю ой ей ом ем ам ям ах ях ов ев ами ями ый ий ая яя ое ее ые ие ого его ому ему ым им
  ых их ую юю ть ет ит ют ут ат ят л ла ло ли ил ила ило или ал ала ало али ел ела ели ся сь ется ится на но ны ен ение ения ению ь ью
  ة ات ين ون ه ها ي ية
`);

/** Those that are believed of short English words. */
export const INFLECTIONS = ["s", "es", "d", "ed", "ing", "n", "en"];
