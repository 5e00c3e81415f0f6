"""What may be asked of `/imagine`: a built-in refusal that no setting switches off.

A word list is blunt. It stops the plain cases on the way in; it is not the only line of defence,
since the hosted service has rules of its own and the studio draws landscapes only.
"""

from __future__ import annotations

import re
import unicodedata

from bot.errors import PromptRefused, PromptUnusable, RefusalReason

MAX_LENGTH = 500  # characters

# Whole words, or stems where a * stands for any ending. English, German, French, Spanish.
_SEXUAL = """
    nude* nudity naked* nsfw porn* xxx sex sexy sexual* erotic* hentai fetish* orgasm*
    masturbat* genital*
    penis* vagina* vulva* boob* breasts tits nipple* topless bottomless undress* unclothed unclad
    lingerie striptease stripper* blowjob* cumming cumshot* bdsm bondage dildo* intercourse
    onlyfans camgirl* upskirt* rape* raping rapist* incest* bestiality deepnude*
    nackt* nackig* pornogra* erotik* erotisch* geschlechtsverkehr brueste brüste nippel
    nue nues seins érotique* sexe sexuel*
    desnud* erótic* pechos sexo tetas
"""
_SUGGESTIVE = """
    bikini* swimsuit* underwear panties thong* bra seductive* sensual* provocative* lewd* kinky
    suggestive* shirtless busty curvy unterwäsche verführerisch* sous-vêtement* sensuel*
"""
_MINORS = """
    child* kid kids kiddie* toddler* baby babies infant* minor minors underage* teen teens
    teenage* preteen* schoolgirl* schoolboy* girl girls boy boys loli* shota* pupil pupils
    kindergart* daughter* son sons
    niece* nephew* kinder* kind mädchen jugendlich* minderjährig* schülerin* enfant* fille* garçon*
    mineur* ado ados niño* niña* menor menores chica* chico* bebé*
"""
_CHILD_ABUSE = re.compile(r"\b(loli\w*|shota\w*|child ?porn\w*|csam|jailbait)\b")
_YOUNG_AGE = re.compile(
    r"\b(?:[1-9]|1[0-7])[ -]?(?:years?[ -]?old|yrs?[ -]?old|yo|y/o|jährig\w*|jahre alt|ans|años)\b"
)
_LEET = str.maketrans("013457@$!", "oieastasi")


def check_prompt(text: str) -> str:
    """Return the prompt, trimmed; raises PromptUnusable or PromptRefused."""
    prompt = " ".join(text.split())
    if not prompt or len(prompt) > MAX_LENGTH:
        raise PromptUnusable(limit=MAX_LENGTH)
    for reading in _readings(prompt):
        _refuse_unfit(reading)
    return prompt


def _refuse_unfit(reading: str) -> None:
    sexual = _matches(_SEXUAL_WORDS, reading)
    minors = _matches(_MINOR_WORDS, reading) or _YOUNG_AGE.search(reading) is not None
    if _CHILD_ABUSE.search(reading) or (minors and sexual):
        raise PromptRefused(RefusalReason.MINORS)
    if minors and _matches(_SUGGESTIVE_WORDS, reading):
        raise PromptRefused(RefusalReason.MINORS)
    if sexual:
        raise PromptRefused(RefusalReason.SEXUAL)


def _readings(prompt: str) -> tuple[str, ...]:
    """Return the ways people spell round a word list: as is, plain letters, l33t, s p a c e d."""
    folded = unicodedata.normalize("NFKC", prompt).casefold()
    folded = "".join(c for c in folded if unicodedata.category(c) != "Cf")  # zero-width letters
    decomposed = unicodedata.normalize("NFKD", folded)
    plain = "".join(c for c in decomposed if not unicodedata.combining(c))
    unleet = plain.translate(_LEET)
    joined = re.sub(r"(?<=\b\w)[\s._*-]+(?=\w\b)", "", plain)
    undotted = re.sub(r"(?<=\w)[._*-]+(?=\w)", "", unleet)
    return folded, plain, unleet, joined, joined.translate(_LEET), undotted


def _pattern(words: str) -> re.Pattern[str]:
    alternatives = "|".join(
        re.escape(word.rstrip("*").replace("-", " ")) + (r"\w*" if word.endswith("*") else "")
        for word in words.split()
    )
    return re.compile(rf"\b(?:{alternatives})\b")


def _matches(pattern: re.Pattern[str], reading: str) -> bool:
    return pattern.search(reading) is not None


_SEXUAL_WORDS = _pattern(_SEXUAL)
_SUGGESTIVE_WORDS = _pattern(_SUGGESTIVE)
_MINOR_WORDS = _pattern(_MINORS)
