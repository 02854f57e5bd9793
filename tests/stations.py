"""Makes a national station directory that is clearly synthetic: `stations.py PACK > stations.csv`.

PACK is the source folder of the Kazakhstan pack; its regions are used. 10,388 stations in 20 regions with 12,461,796 voters
in all, as many as in the referendum of 15 March 2026. How many fall to a region follows its share of the population and
whether it is a city, so sizes are right by order of magnitude; every name, address and number is invented and says so. The
same program makes the same file. A real directory has the same columns and takes the place of `stations.csv`.
"""

import csv
import pathlib
import random
import sys

STATIONS = 10_388
VOTERS = 12_461_796
LARGEST = 3_000
SPECIAL = 632
# Thousands of inhabitants, rounded, and voters of a typical station.
REGIONS = {
    "100000000": (605, 1000), "110000000": (790, 800), "150000000": (950, 1100), "190000000": (1560, 1300),
    "230000000": (710, 1300), "270000000": (695, 900), "310000000": (1220, 1300), "330000000": (695, 1000),
    "350000000": (1135, 1150), "390000000": (825, 850), "430000000": (845, 1250), "470000000": (800, 1600),
    "550000000": (750, 950), "590000000": (520, 600), "610000000": (2160, 1400), "620000000": (220, 900),
    "630000000": (720, 950), "710000000": (1550, 2100), "750000000": (2290, 2100), "790000000": (1280, 2000),
}
PLACES = [
    ("мектеп", "Школа", "School"), ("мәдениет үйі", "Дом культуры", "House of culture"), ("колледж", "Колледж", "College"),
    ("ауылдық клуб", "Сельский клуб", "Village club"), ("кітапхана", "Библиотека", "Library"), ("спорт кешені", "Спорткомплекс", "Sports centre"),
]
SPECIAL_PLACES = [("hospital", "аурухана", "Больница", "Hospital"), ("military", "әскери бөлім", "Воинская часть", "Military unit"), ("detention", "тергеу изоляторы", "Следственный изолятор", "Detention centre"), ("shift_camp", "вахталық кент", "Вахтовый посёлок", "Shift camp")]
STREETS = [
    ("Абай", "Абая", "Abai"), ("Қажымұқан", "Кажымукана", "Qajymuqan"), ("Жібек жолы", "Жибек Жолы", "Jibek Joly"), ("Төле би", "Толе би", "Tole Bi"),
    ("Сәтбаев", "Сатпаева", "Satbaev"), ("Өтеген батыр", "Утеген батыра", "Otegen Batyr"), ("Ғалымжан", "Галымжана", "Galymjan"), ("Ёлочная", "Ёлочная", "Yolochnaya"),
]


def shares(total, weights):
    """Whole numbers in proportion to weights that add up to the total (largest remainders)."""
    whole = sum(weights.values())
    exact = {key: total * weight / whole for key, weight in weights.items()}
    result = {key: int(value) for key, value in exact.items()}
    for key in sorted(exact, key=lambda key: (result[key] - exact[key], key))[: total - sum(result.values())]:
        result[key] += 1
    return result


def sizes(count, total, chance):
    weights = {at: chance.lognormvariate(0, 0.45) for at in range(count)}
    found = shares(total, weights)
    over = sum(max(0, size - LARGEST) for size in found.values())
    found = {at: min(size, LARGEST) for at, size in found.items()}
    for at in sorted(found, key=found.get):
        room = min(over, LARGEST - found[at])
        found[at] += room
        over -= room
    return [found[at] for at in range(count)]


def main():
    pack = pathlib.Path(sys.argv[1])
    with open(pack / "regions.csv", encoding="utf-8") as file:
        names = {row["key"]: row for row in csv.DictReader(file) if not row["own_key"]}
    assert set(names) == set(REGIONS), "the pack has other regions"
    chance = random.Random(2026)
    counts = shares(STATIONS, {key: people / size for key, (people, size) in REGIONS.items()})
    voters = shares(VOTERS, {key: people for key, (people, _) in REGIONS.items()})
    special = shares(SPECIAL, counts)
    out = csv.writer(sys.stdout, lineterminator="\n")
    columns = ["key", "region", "number", "kk", "ru", "en", "address_kk", "address_ru", "address_en", "kind", "registered"]
    out.writerow(columns)
    for region, count in counts.items():
        kinds = [chance.choice(SPECIAL_PLACES) for _ in range(special[region])]
        ordinary = sizes(count - len(kinds), voters[region] - 60 * len(kinds), chance)
        stations = [("", *chance.choice(PLACES), size) for size in ordinary] + [(*kind, 60) for kind in kinds]
        chance.shuffle(stations)
        for number, (kind, kk, ru, en, registered) in enumerate(stations, 1):
            street, house = chance.choice(STREETS), chance.randrange(1, 180)
            school = chance.randrange(1, 260)
            where = names[region]
            out.writerow([
                f"{region}-{number}", region, number,
                f"№ {school} {kk}, {where['kk']} (үлгі)", f"{ru} № {school}, {where['ru']} (образец)", f"{en} No. {school}, {where['en']} (sample)",
                f"{street[0]} көшесі, {house}", f"ул. {street[1]}, {house}", f"{street[2]} Street {house}",
                kind, registered,
            ])


if __name__ == "__main__":
    main()
