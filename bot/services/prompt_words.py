"""The words `/imagine` looks for; pure data, read by `bot.services.prompts`.

One entry a word, compared without accents and in lower case. `*` stands for any ending, `-` for a
space, a hyphen or nothing. English, German, French, Spanish; a few in the other languages that
members are likely to try.
"""

from __future__ import annotations

# Taken out before anything is looked for: animals, food, places, things.
HARMLESS = """
    naked-mole-rat* naked-neck-chicken* naked-eye naked-flame* naked-truth nacktmull* nacktschnecke*
    nudel* nude-mouse nude-mice chicken-breasts turkey-breasts duck-breasts breasts-of-chicken
    blue-footed-boobies blue-tits coal-tits crested-tits marsh-tits willow-tits tailed-tits
    penistone bikini-atoll pussy-willow* pussy-cat* pussy-riot horny-toad* horny-lizard*
    horny-devil* oilseed-rape rape-seed* rape-field* wire-stripper* paint-stripper* cum-laude
    bottomless-pit* bottomless-well* bottomless-lake* bottomless-ocean* bottomless-abyss*
    bottomless-chasm* bottomless-brunch* bottomless-coffee bottomless-cup* sex-pistols sex-education
    sex-and-the-city des-seins 裸眼
"""

# Never drawn.
SEXUAL = """
    nude* nudity nudis* nudif* naked* nekkid disrobed nsfw porn* pron xxx sex sexy* sexier sexiest
    sexual* sexting softcore erotic* hentai ecchi ahegao futanari yiff* fetish* orgasm* orgy orgies
    masturbat* wanking genital* penis penises phallus* phallic vagina* vulva* clitor* scrotum
    testicle* labia areola* anus anal boob boobs boobies breasts bare-breast* big-breast* tits titty
    titties nipple* topless bottomless un-dress* unclothed unclad without-clothes without-clothing
    no-clothes wearing-nothing nothing-on birthday-suit in-the-buff bare-ass* lingerie striptease*
    stripper* blowjob* handjob* deepthroat* fellatio cunnilingus sodomy creampie* gangbang*
    threesome* cum cumming cumshot* ejaculat* semen bdsm bondage dominatrix dildo* strapon*
    intercourse kamasutra onlyfans camgirl* upskirt* rape raped raping rapist* molest* incest*
    bestiality zoophil* deepnude* fuck* pussy pussies horny slut* whore* milf* rule-34 big-cock
    hard-cock erect-cock big-dick hard-dick dick-pic* nackt* nackig* splitternackt* halbnackt*
    unbekleidet* entkleidet* oben-ohne erotik* erotisch* sexuell* geschlechtsverkehr bruste brueste
    busen titten ficken fickt muschi nue nues homme-nu hommes-nus tout-nu nudite seins erotique*
    sexe sexuel* denud* deshabill* desnud* erotica* erotico* pechos sexo tetas follando puta putas
    nuda ignuda pelada pelado naakt* секс сексуал* порно* эроти* обнажен* голая голый голые голой
    голую голых
"""
SEXUAL_ANYWHERE = "裸 ヌード ポルノ セックス 色情 性交 淫 누드 포르노"  # written without spaces

# Fine for adults, never together with children or young people.
SUGGESTIVE = """
    bikini* swimsuit* bathing-suit* swimwear speedo* underwear underpants panties panty pantyhose
    thong* bra bras negligee* nightie* cleavage seductive* sensual* provocative-pose* provocatively
    lewd* kinky suggestive-pose* suggestively shirtless bare-chest* bare-bottom* bare-butt* busty
    curvy-body curvy-girl* scantily* see-through twerk* wearing-only pole-danc* making-out
    wet-t-shirt unterwasche verfuhrerisch* badeanzug* sous-vetement* maillot-de-bain seduisant*
    sensuel* banador* ropa-interior seductor* 水着 ビキニ
"""

# Also those who may be grown up: with the words above, the doubt is theirs.
MINORS = """
    child* grandchild* schoolch* kid kids kiddie* kiddo* toddler* baby babies newborn* infant
    infants minors minor-in minor-wearing underage* under-aged teen teens teenage* preteen* tween
    tweens adolescen* juvenile* youngster* schoolgirl* schoolboy* schoolkid* schooler* grader* pupil
    pupils girl girls boy boys lolita* nymphet* shota daughter* granddaughter* stepdaughter* my-son
    his-son her-son our-son their-son a-son the-son sons grandson* stepson* niece* nephew*
    barely-legal kinder* kindes ein-kind das-kind dem-kind kleines-kind junges-kind nacktes-kind
    kleinkind* saugling* madchen maedchen ein-junge kleiner-junge kleinen-jungen jugendlich*
    minderjahrig* schuler schulerin* tochter sohn enfant* fille filles fillette* garcon* gamin
    gamine gamins gamines mineur* ado ados ecolier* lyceenne* collegienne* nino ninos nina ninas
    menor menores chica chicas chico chicos bebe* adolescente* bambin* ragazzin* menina* menino*
    crianca* meisje* девочк* мальчик* ребен* дети детей школьниц* подрост*
"""
MINORS_ANYWHERE = (
    "ロリ ショタ 少女 幼女 女児 児童 子供 子ども 儿童 女孩 男孩 소녀 소년 아이 어린이 아동"
)

# Refused whatever stands beside them.
CHILD_ABUSE = """
    loli lolis lolicon* shotacon* child-porn* kiddie-porn* kinderporn* csam jailbait pedo pedos
    pedoph* paedo* pedofil*
"""
