"""The scenes, times and looks there are, and the words that ask for them.

Words are lower case without accents; the later ones of an entry are German, French and Spanish.
"""

from __future__ import annotations

import enum
from typing import Final


class Scene(enum.Enum):
    """What is drawn; the value is how we name it back."""

    MOUNTAINS = "mountains"
    SEA = "the sea"
    BEACH = "a tropical beach"
    CITY = "a city"
    FOREST = "a forest"
    DESERT = "a desert"
    WINTER = "a winter landscape"
    SPACE = "outer space"


class Time(enum.Enum):
    """When it is; in space, whose colours it has."""

    DAY = "by day"
    DAWN = "at dawn"
    SUNSET = "at sunset"
    NIGHT = "at night"


class Look(enum.Enum):
    """How it is drawn."""

    PAINTED = "painted"
    POSTER = "as a poster"
    SEPIA = "as an old photograph"
    NEON = "in neon"


_SNOW: Final = (
    "snow snowy snowing snowfall snowflake snowflakes winter wintry winters ice icy frozen frost "
    "frosty blizzard arctic antarctica polar christmas xmas schnee winterlandschaft weihnachten "
    "verschneit verschneite verschneiter eis neige hiver enneige noel nieve invierno navidad"
)

_WORDS: Final[dict[Scene | Time | Look, str]] = {
    Scene.MOUNTAINS: (
        "mountain mountains alps alpine peak peaks summit summits hill hills valley glacier "
        "volcano cliff cliffs highlands canyon ridge everest himalaya fjord "
        "berg berge gebirge alpen montagne montagnes montana montanas cordillera"
    ),
    Scene.SEA: (
        "sea seas ocean coast shore island islands wave waves lake lakes water river ship ships "
        "boat boats sail sailing sailboat harbour harbor lagoon pirate pirates underwater horizon "
        "meer ozean fluss kuste schiff mer lac bateau oceano lago barco"
    ),
    Scene.BEACH: (
        "beach beaches tropical tropics palm palms paradise hawaii caribbean maldives surf surfing "
        "surfer surfers seaside bay vacation holiday "
        "strand palmen urlaub plage palmier palmiers playa palmera palmeras caribe"
    ),
    Scene.CITY: (
        "city cities town street streets skyline skyscraper skyscrapers building buildings "
        "downtown metropolis cyberpunk urban rooftop rooftops traffic tokyo york london paris "
        "stadt strasse ville rue ciudad calle calles"
    ),
    Scene.FOREST: (
        "forest forests wood woods woodland tree trees jungle pine pines fir firs grove garden "
        "park meadow fairy enchanted leaves rainforest "
        "wald baum baume garten foret arbre arbres jardin bosque arbol arboles selva"
    ),
    Scene.DESERT: (
        "desert deserts dune dunes sand sandy sahara oasis pyramid pyramids camel camels mars "
        "wuste wueste dunen sable desierto dunas arena"
    ),
    Scene.WINTER: _SNOW + " igloo sleigh ski skiing",
    Scene.SPACE: (
        "space galaxy galaxies planet planets nebula cosmos cosmic universe astronaut astronauts "
        "spaceship spaceships spacecraft rocket rockets orbit saturn jupiter alien aliens "
        "interstellar asteroid asteroids meteor comet milky scifi "
        "weltraum weltall galaxie planeten espace planete planetes espacio planeta planetas galaxia"
    ),
    Time.DAY: (
        "day daylight daytime noon midday sunny afternoon bright summer blue "
        "mittag mittags sonnig sommer jour midi ete dia soleado verano"
    ),
    Time.DAWN: (
        "dawn sunrise daybreak morning mist misty fog foggy pastel pink spring "
        "morgen morgens sonnenaufgang nebel fruhling aube matin brume amanecer manana niebla"
    ),
    Time.SUNSET: (
        "sunset sundown dusk evening golden twilight orange autumn fire "
        "sonnenuntergang abend abends herbst coucher crepuscule soir atardecer ocaso puesta"
    ),
    Time.NIGHT: (
        "night nights nighttime midnight moon moonlit moonlight star stars starry dark spooky "
        "nacht nachts mond sterne nuit minuit lune etoiles noche medianoche luna estrellas"
    ),
    Look.PAINTED: (
        "painting painted oil impressionist brush canvas watercolour watercolor art "
        "gemalde gemalt olgemalde peinture pintura oleo"
    ),
    Look.POSTER: (
        "poster comic cartoon pop flat graphic print anime illustration minimal minimalist drawing "
        "plakat zeichnung affiche dessin cartel dibujo"
    ),
    Look.SEPIA: (
        "vintage sepia antique old photo photograph film nostalgic monochrome "
        "alt altes foto photographie ancienne antigua antiguo fotografia"
    ),
    Look.NEON: (
        "neon synthwave vaporwave retrowave outrun cyberpunk glowing retro eighties futuristic "
        "neonlicht leuchtend futuriste futurista"
    ),
}  # fmt: skip

WINTRY: Final = frozenset(_SNOW.split())

MEANINGS: Final = {
    word: tuple(meaning for meaning, words in _WORDS.items() if word in words.split())
    for word in " ".join(_WORDS.values()).split()
}
"""What each word may mean: "cyberpunk" is a city and a look."""
