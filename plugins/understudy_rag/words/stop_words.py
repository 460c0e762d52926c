"""Words that say little: left out of a query, and telling of the language of a text.

By the language's name in Snowball. With accents; they are compared without.
"""

from __future__ import annotations

from typing import Final

STOP_WORDS: Final = {
    "english": """
        a about above after again against all also am an and any are as at be because been before
        being below between both but by can could d did do does doing don down during each either
        few for from further had has have having he her here hers herself him himself his how i if
        in into is it its itself just ll m me might more most must my myself no nor not now o of
        off on once only or other our ours ourselves out over own per re s same shall she should so
        some such t than that the their theirs them themselves then there these they this those
        through to too under until up upon us ve very was we were what when where whether which
        while who whom whose why will with within without would you your yours yourself yourselves
    """,
    "german": """
        aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da
        damit dann das dass dein deine dem den denn der des dessen die dies diese diesem diesen
        dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer
        für gegen hab habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem
        ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jene kann kein keine keinem
        keinen keiner können man manche mein meine mich mir mit muss müssen nach nicht nichts noch
        nun nur ob oder ohne sein seine seinem seinen seiner seit sich sie sind so solche soll
        sollte sondern sonst über um und uns unser unsere unter viel vom von vor war waren warum
        was weil welche welchem welchen welcher welches wenn wer werde werden wie wieder will wir
        wird wo wurde wurden zu zum zur zwar zwischen
    """,
    "french": """
        ai au aucun aussi autre aux avait avant avec avez avoir avons c car ce ceci cela ces cet
        cette ceux chaque comme comment d dans de depuis des dont donc du elle elles en encore
        entre est et étaient était été être eu eux fait font il ils j je l la laquelle le lequel
        les lesquelles lesquels leur leurs lors lui m ma mais me même mes moi mon n ne ni nos notre
        nous on ont ou où par parce pas pendant peut peuvent plus pour pourquoi près qu quand que
        quel quelle quelles quels qui quoi s sa sans se sera ses si soit son sont sous sur t ta te
        tes toi ton tous tout toute toutes très tu un une vers vos votre vous y
    """,
    "spanish": """
        a al algo algunas algunos ante antes aquel aquella así aunque bajo cada como cómo con
        contra cual cuál cuales cuáles cuando cuándo cuanto de del desde donde dónde durante e el
        él ella ellas ello ellos en entre era eran es esa esas ese eso esos esta está están estas
        este esto estos fue fueron ha había han hasta hay la las le les lo los más me mi mis mucho
        muy nada ni no nos nosotros nuestra nuestro o os otra otras otro otros para pero poco por
        porque pues que qué quien quién quienes se sea según ser si sí sido sin sobre son su sus
        también tanto te tiene tienen todo todos tu tus u un una unas uno unos usted ustedes y ya
        yo
    """,
    "italian": """
        a ad ai al alla alle allo anche c che chi ci coi col come con contro cosa cui d da dagli
        dai dal dalla dalle dallo degli dei del dell della delle dello di dove e è ed era erano
        essere fra gli ha hai hanno ho i il in io l la le lei li lo loro lui ma mi mia mio ne negli
        nei nel nell nella nelle nello no noi non nostra nostro o ogni per perché più qual quale
        quali quando quanto quella quelle quelli quello questa queste questi questo qui se sei si
        sia sono sopra sotto sta su sua sue sugli sui sul sulla sulle suo suoi ti tra tu tutti
        tutto un una uno vi voi
    """,
    "portuguese": """
        a ao aos aquela aquele aquilo as até com como da das de dela dele depois do dos e é ela
        elas ele eles em entre era essa esse esta está estão este eu foi foram há isso isto já lhe
        mais mas me mesmo meu minha muito na não nas nem no nos nós nossa nosso num numa o onde os
        ou para pela pelas pelo pelos por porque qual quais quando que quê quem são se seja sem ser
        será seu seus só sobre sua suas também te tem têm tu um uma umas uns você vocês
    """,
    "dutch": """
        aan al alle als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus
        een eens en er ge geen haar had heb hebben heeft hem het hier hij hoe hun iemand iets ik in
        is ja je kan kon kunnen maar me meer men met mij mijn moet na naar niet niets nog nu of om
        omdat onder ons onze ook op over reeds te tegen toch toen tot u uit uw van veel voor waar
        waarom was wat welke werd wezen wie wij wil worden wordt zal ze zelf zich zij zijn zo
        zonder zou
    """,
    "swedish": """
        alla allt att av blev bli blir de dem den denna deras dess dessa det detta dig din dina där
        då efter ej eller en ett från för ha hade han hans har hennes hon honom hur här i icke inom
        inte jag kan kunde man med mellan men mig min mina mot mycket ni nu när någon något några
        och om oss på samma sedan sin sina själv ska skulle som så sådan till under upp ut utan vad
        var varför varit vart vem vi vid vilka vilken vilket vår våra än är åt över
    """,
    "danish": """
        af alle alt anden at blev blive bliver da de dem den denne der deres det dette dig din dog
        du efter eller en end er et for fra ham han hans har havde hende hendes her hun hvad hvem
        hvilke hvilken hvis hvor hvordan hvorfor i ikke ind jeg jer jo kan kunne man mange med
        meget men mellem mig min mine mit mod ned noget nogle nu når og også om op os over på selv
        sig sin sine sit skal skulle som sådan thi til ud under uden var ved vi vil ville vor være
    """,
    "polish": """
        a aby ale albo ani bardzo bez bo być był była było były będzie co czy dla do gdy gdzie go i
        ich ile im innych ja jak jako je jego jej jest jeszcze jeśli już każdy kiedy kto która
        które którego której który których którzy lub ma mają mi mnie może można my na nad nie nim
        niż o od on ona one oni oraz po pod podczas ponieważ przed przez przy są się swoje ta tak
        także tam te tego tej ten też to tu ty tych tylko tym u w we wszystko z za ze że
    """,
    "russian": """
        а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже
        для до его ее если есть еще же за здесь и из или им их к как какая какие какой ко когда кто
        ли либо между меня мне может можно мой мы на над надо нас наш не него нее нет ни них но ну
        о об однако он она они оно от очень по под после потому почему при про с сам свой себя со
        так также такой там тебя тем то того тоже только том тот ты у уже хотя чего чем что чтобы
        эта эти этих это этого этой этом этот я
    """,
    "turkish": """
        acaba ama ancak bana bazı belki ben beni benim bir biri birkaç biz bize bizim bu buna bunu
        bunun çok çünkü da daha de defa değil diye en gibi hem hep hepsi her hiç için ile ise kadar
        ki kim mi mı mu mü nasıl ne neden nerede niçin niye o olan olarak oldu olduğu olur ona onu
        onun sen siz şey şu tüm var ve veya ya yani yok
    """,
    "arabic": """
        إذا إذ أم أن أنا أنت أنه أو أي أين إلا إلى إن إنه الذي التي الذين بعد بعض بل بها به بين بين
        تلك ثم حتى حول حيث خلال ذلك سوف على عن عند عندما غير في فيه فيها قبل قد كان كانت كل كما كم
        كيف لا لأن لقد لكن لم لماذا لن له لها لهم ليس ما ماذا متى مثل مع من منذ منها منه نحن هذا
        هذه هل هم هنا هناك هو هي هؤلاء و وقد وكان ولا ولم وهو وهي يا يكون
    """,
}
