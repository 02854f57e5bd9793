"""Makes the XLSForm workbooks the import is tried on, and sample answers to them: `workbooks.py [FOLDER]`.

They look like what observation groups write: arrival, counting, incidents, accessibility, a poll, a table of protocol
numbers, in Kazakh, Russian and English. `refused.xlsx` uses what is not supported, once each.
"""

import json
import pathlib
import sys

import openpyxl

LANGUAGES = ["Қазақша (kk)", "Русский (ru)", "English (en)"]
SURVEY = ["type", "name", "label", "hint", "relevant", "constraint", "constraint_message", "required", "default", "calculation", "choice_filter", "appearance", "repeat_count"]
LOCAL = {"label", "hint", "constraint_message"}


def row(kind, name="", label=None, **cells):
    return {"type": kind, "name": name, "label": label, **cells}


def end(what):
    return row(f"end_{what}")


def choices(name, *entries, **columns):
    """Entries are (key, kk, ru, en), and after them the values of further columns."""
    return [dict(zip(["name", "label", *columns.get("extra", [])], [e[0], e[1:4], *e[4:]]), list_name=name) for e in entries]


YES_NO = choices("yes_no", ("yes", "Иә", "Да", "Yes"), ("no", "Жоқ", "Нет", "No"), ("not_seen", "Көрмедім", "Не видел", "Not seen"))

BOOKS = {}

BOOKS["arrival"] = {
    "title": "Учаскеге келу",
    "survey": [
        row("start", "start"),
        row("select_one yes_no", "admitted", ("Сізді учаскеге жіберді ме?", "Вас допустили на участок?", "Were you admitted to the station?"), required="yes"),
        row("text", "reason", ("Неге жібермеді?", "Почему не допустили?", "Why not?"), relevant="${admitted} = 'no'", constraint="string-length(.) >= 10", constraint_message=("Кемінде 10 таңба", "Не меньше 10 знаков", "At least 10 characters")),
        row("time", "arrived", ("Қашан келдіңіз?", "Когда вы пришли?", "When did you arrive?"), required="yes", default="05:30"),
        row("integer", "members", ("Қанша комиссия мүшесі бар?", "Сколько членов комиссии?", "How many commission members?"), hint=("Төраға мен хатшыны қоса", "Включая председателя и секретаря", "Including chair and secretary"), constraint=". >= 1 and . <= 15", constraint_message=("1-ден 15-ке дейін", "От 1 до 15", "From 1 to 15")),
        row("note", "odd", ("Мүшелер саны тақ болуы тиіс", "Число членов должно быть нечётным", "The number of members must be odd"), relevant="${members} mod 2 = 0"),
        row("image", "photo", ("Үй-жайдың фотосы", "Фото помещения", "Photo of the room"), relevant="${admitted} != 'no'"),
        row("geopoint", "place", ("Қайдасыз?", "Где вы?", "Where are you?")),
        row("acknowledge", "safe", ("Қауіпсіздік ережелерін оқыдым", "Я прочитал(а) правила безопасности", "I have read the safety rules"), required="true()"),
    ],
    "choices": YES_NO,
    "samples": [
        {},
        {"admitted": "yes", "arrived": "05:40", "members": "7"},
        {"admitted": "no", "reason": "нет", "members": "6"},
        {"admitted": "no", "reason": "сказали, что мест нет", "members": "16"},
        {"admitted": "not_seen", "members": "0", "safe": "OK"},
    ],
}

BOOKS["count"] = {
    "title": "Подсчёт",
    "survey": [
        row("begin_group", "lists", ("Тізімдер", "Списки", "Lists")),
        row("integer", "registered", ("Тізімдегі сайлаушылар", "Избирателей в списке", "Registered voters"), required="yes", constraint=". >= 0 and . <= 3000", constraint_message=("0–3000", "0–3000", "0–3000")),
        row("integer", "issued", ("Берілген бюллетеньдер", "Выдано бюллетеней", "Ballots issued"), required="yes", constraint=". <= ${registered}", constraint_message=("Тізімнен көп", "Больше, чем в списке", "More than registered")),
        row("integer", "cancelled", ("Жойылған", "Погашено", "Cancelled")),
        end("group"),
        row("calculate", "received", calculation="${issued} + ${cancelled}"),
        row("calculate", "turnout", calculation="int(100 * ${issued} div ${registered})"),
        row("note", "high", ("Қатысу 90 %-дан жоғары", "Явка выше 90 %", "Turnout above 90 %"), relevant="${turnout} > 90"),
        row("begin_group", "boxes", ("Жәшіктер", "Урны", "Boxes"), relevant="${issued} > 0"),
        row("integer", "stationary", ("Тұрақты жәшіктерде", "В стационарных", "In stationary boxes")),
        row("integer", "portable", ("Тасымалданатын жәшіктерде", "В переносных", "In portable boxes"), default="0"),
        row("calculate", "found", calculation="${stationary} + coalesce(${portable}, 0)"),
        end("group"),
        row("select_one yes_no", "explained", ("Айырма түсіндірілді ме?", "Разница объяснена?", "Was the difference explained?"), relevant="${found} != ${issued} and ${stationary} != ''", required="${found} > ${issued}"),
    ],
    "choices": YES_NO,
    "samples": [
        {},
        {"registered": "1200", "issued": "640", "cancelled": "572", "stationary": "600", "portable": "40"},
        {"registered": "1200", "issued": "1190", "cancelled": "22", "stationary": "1190"},
        {"registered": "500", "issued": "640", "stationary": "650", "portable": "1"},
        {"registered": "500", "issued": "0", "stationary": "5"},
        {"registered": "500", "issued": "500", "stationary": "500"},
        {"registered": "4000", "issued": "10"},
    ],
}

REGIONS = choices("region", ("750000000", "Алматы қаласы", "город Алматы", "Almaty City"), ("110000000", "Ақмола облысы", "Акмолинская область", "Akmola Region"))
DISTRICTS = choices("district", ("medeu", "Медеу ауданы", "Медеуский район", "Medeu district", "750000000"), ("bostandyk", "Бостандық ауданы", "Бостандыкский район", "Bostandyq district", "750000000"), ("esil", "Есіл ауданы", "Есильский район", "Yesil district", "110000000"), extra=["region"])
STATIONS = choices("station", ("s99", "№ 99", "№ 99", "No. 99", "750000000", "medeu"), ("s352", "№ 352", "№ 352", "No. 352", "750000000", "bostandyk"), ("s312", "№ 312", "№ 312", "No. 312", "110000000", "esil"), extra=["region", "district"])

BOOKS["cascade"] = {
    "title": "Учаске таңдау",
    "survey": [
        row("select_one region", "region", ("Облыс", "Область", "Region"), required="yes"),
        row("select_one district", "district", ("Аудан", "Район", "District"), choice_filter="region = ${region}", required="yes"),
        row("select_one station", "station", ("Учаске", "Участок", "Station"), choice_filter="region = ${region} and district = ${district}", appearance="minimal"),
        row("text", "other", ("Учаске тізімде жоқ болса", "Если участка нет в списке", "If the station is not listed"), relevant="${district} != '' and ${station} = ''"),
    ],
    "choices": REGIONS + DISTRICTS + STATIONS,
    "samples": [
        {},
        {"region": "750000000"},
        {"region": "750000000", "district": "medeu"},
        {"region": "110000000", "district": "esil", "station": "s312"},
        {"region": "110000000", "district": "medeu"},
    ],
}

KINDS = choices("incident", ("a01", "Байқаушыны жібермеу", "Недопуск наблюдателя", "Observer not admitted"), ("v01", "Бюллетень тастау", "Вброс", "Ballot stuffing"), ("v09", "Қысым", "Давление", "Pressure"), ("c14", "Хаттама ілінбеді", "Протокол не вывешен", "Protocol not posted"))
BOOKS["incidents"] = {
    "title": "Оқиғалар",
    "survey": [
        row("begin_repeat", "incident", ("Оқиға", "Инцидент", "Incident")),
        row("select_multiple incident", "codes", ("Не болды?", "Что произошло?", "What happened?"), required="yes", constraint="count-selected(.) <= 2", constraint_message=("Екеуден көп емес", "Не больше двух", "Not more than two")),
        row("time", "at", ("Қай уақытта?", "В какое время?", "At what time?")),
        row("integer", "people", ("Қанша адам?", "Сколько человек?", "How many people?"), relevant="selected(${codes}, 'v09') or selected(${codes}, 'a01')", constraint=". > 0", constraint_message=("Нөлден көп", "Больше нуля", "More than zero")),
        row("select_one yes_no", "filmed", ("Түсірдіңіз бе?", "Снято?", "Filmed?"), relevant="not(selected(${codes}, 'a01'))"),
        row("video", "film", ("Бейне", "Видео", "Video"), relevant="${filmed} = 'yes'"),
        end("repeat"),
        row("calculate", "number", calculation="count(${incident})"),
        row("calculate", "affected", calculation="sum(${people})"),
        row("text", "summary", ("Қорытынды", "Итог", "Summary"), relevant="${number} > 1", required="${number} > 2"),
    ],
    "choices": YES_NO + KINDS,
    "samples": [
        {},
        {"incident": [{"codes": "v01", "at": "09:10", "filmed": "yes"}]},
        {"incident": [{"codes": "v09 a01", "people": "12"}, {"codes": "a01", "people": "3"}], "summary": "…"},
        {"incident": [{"codes": "v01 v09 c14", "people": "0"}, {"codes": "c14"}, {"codes": "v09", "people": "4"}]},
    ],
}

BOOKS["access"] = {
    "title": "Қолжетімділік",
    "survey": [
        row("select_one yes_no", "ramp", ("Пандус бар ма?", "Есть пандус?", "Is there a ramp?"), required="yes"),
        row("decimal", "slope", ("Еңістігі, %", "Уклон, %", "Slope, %"), relevant="${ramp} = 'yes'", constraint=". > 0 and . < 45.5", constraint_message=("0-ден 45,5-ке дейін", "От 0 до 45,5", "Between 0 and 45.5")),
        row("note", "steep", ("Тым тік", "Слишком круто", "Too steep"), relevant="${slope} > 8.25"),
        row("decimal", "door", ("Есіктің ені, м", "Ширина двери, м", "Width of the door, m"), default="0.9"),
        row("integer", "steps", ("Баспалдақ саны", "Число ступеней", "Number of steps")),
        row("calculate", "score", calculation="if(${ramp} = 'yes', 2, 0) + if(${door} >= 0.8, 1, 0) + if(${steps} = 0, 1, 0)"),
        row("text", "remark", ("Ескерту", "Замечание", "Remark"), relevant="${score} < 3", required="${score} = 0 or ${steps} > 10"),
        row("date", "checked", ("Тексерілген күні", "Дата проверки", "Date of the check"), constraint=". >= date('2026-08-01') and . <= date('2026-08-23')", constraint_message=("2026 жылғы 1–23 тамыз", "1–23 августа 2026 года", "1 to 23 August 2026")),
    ],
    "choices": YES_NO,
    "samples": [
        {},
        {"ramp": "yes", "slope": "6.5", "door": "0.9", "steps": "0", "checked": "2026-08-20"},
        {"ramp": "yes", "slope": "8.26", "door": "0.75", "steps": "3", "checked": "2026-07-31"},
        {"ramp": "no", "slope": "50", "door": "0.8", "steps": "12"},
        {"ramp": "yes", "slope": "45.5", "checked": "2026-08-23"},
    ],
}

PARTIES = choices("vote", ("p1", "Бірінші партия", "Первая партия", "First party"), ("p2", "Екінші партия", "Вторая партия", "Second party"), ("against_all", "Бәріне қарсымын", "Против всех", "Against all"), ("refuse", "Жауап жоқ", "Отказ", "No answer"))
AGES = choices("age", ("1", "18–29", "18–29", "18–29"), ("2", "30–59", "30–59", "30–59"), ("3", "60+", "60+", "60+"))
BOOKS["poll"] = {
    "title": "Сауалнама",
    "survey": [
        row("begin_group", "who", ("Респондент", "Респондент", "Respondent")),
        row("select_one yes_no", "voted", ("Дауыс бердіңіз бе?", "Вы проголосовали?", "Did you vote?"), required="yes"),
        row("select_one age", "age", ("Жасыңыз", "Возраст", "Age"), relevant="${voted} = 'yes'"),
        end("group"),
        row("begin_group", "answers", ("Жауаптар", "Ответы", "Answers"), relevant="${voted} = 'yes' and ${age} != ''"),
        row("select_one vote", "vote", ("Кімге?", "За кого?", "For whom?"), required="yes"),
        row("begin_group", "pressure", ("Қысым", "Давление", "Pressure"), relevant="${vote} != 'refuse'"),
        row("select_one yes_no", "pressed", ("Қысым болды ма?", "Было давление?", "Was there pressure?")),
        row("text", "by", ("Кім тарапынан?", "С чьей стороны?", "By whom?"), relevant="${pressed} = 'yes' and not(${age} = 1)"),
        end("group"),
        end("group"),
        row("note", "thanks", ("Рақмет!", "Спасибо!", "Thank you!"), relevant="${voted} = 'no' or ${vote} != ''"),
    ],
    "choices": YES_NO + PARTIES + AGES,
    "samples": [
        {},
        {"voted": "no", "age": "2", "vote": "p1"},
        {"voted": "yes", "age": "1", "vote": "p2", "pressed": "yes"},
        {"voted": "yes", "age": "3", "vote": "p2", "pressed": "yes"},
        {"voted": "yes", "age": "2", "vote": "refuse", "pressed": "yes"},
        {"voted": "yes"},
    ],
}

BOOKS["protocol"] = {
    "title": "Хаттама",
    "survey": [
        row("integer", "p01", ("P01 сайлаушылар", "P01 избирателей", "P01 voters"), required="yes"),
        row("integer", "p02", ("P02 бюллетень алды", "P02 получили", "P02 received"), required="yes", constraint=". <= ${p01}", constraint_message=("P01-ден көп", "Больше P01", "More than P01")),
        row("begin_repeat", "lines", ("Жол", "Строка", "Line"), repeat_count="3"),
        row("text", "party", ("Партия", "Партия", "Party"), required="yes"),
        row("integer", "votes", ("Дауыстар", "Голоса", "Votes"), constraint=". >= 0", constraint_message=("Теріс емес", "Не отрицательно", "Not negative")),
        end("repeat"),
        row("integer", "invalid", ("Жарамсыз", "Недействительные", "Invalid"), default="0"),
        row("calculate", "boxes", calculation="sum(${votes}) + ${invalid}"),
        row("calculate", "excess", calculation="if(${boxes} > ${p02}, ${boxes} - ${p02}, 0)"),
        row("select_one yes_no", "acted", ("Акт жасалды ма?", "Составлен акт?", "Was an act drawn up?"), relevant="${excess} > 0", required="${excess} >= 10"),
        row("calculate", "best", calculation="max(${votes})"),
        row("note", "one", ("Бір партия жеңді", "Победила одна партия", "One party took all"), relevant="${best} = sum(${votes}) and ${best} > 0"),
    ],
    "choices": YES_NO,
    "samples": [
        {"p01": "1000", "p02": "600", "lines": [{"party": "A", "votes": "300"}, {"party": "B", "votes": "200"}, {"party": "C", "votes": "90"}], "invalid": "10"},
        {"p01": "1000", "p02": "1600", "lines": [{"party": "A", "votes": "600"}, {"party": "B", "votes": "-1"}, {"party": "C", "votes": "30"}], "invalid": "1"},
        {"p01": "900", "p02": "500", "lines": [{"party": "A", "votes": "511"}, {"party": "B", "votes": "0"}, {"party": "C", "votes": "0"}], "invalid": "0"},
        {"p01": "900", "p02": "500", "lines": [{"party": "A", "votes": "500"}, {"party": "B"}, {"party": "C", "votes": "4"}], "invalid": "0"},
    ],
}

REFUSED = {
    "title": "Что не поддерживается",
    "survey": [
        row("range", "r", ("а", "б", "c")),
        row("select_one nolist", "n", ("а", "б", "c")),
        row("select_one yes_no or_other", "o", ("а", "б", "c")),
        row("integer", "i", ("а", "б", "c"), constraint=". < today()", constraint_message=("а", "б", "c")),
        row("text", "t", ("а", "", "c"), constraint="regex(., '[0-9]+')", constraint_message=("а", "б", "c")),
        row("integer", "ratio", ("а", "б", "c"), relevant="${i} div 2 > 1"),
        row("text", "typo", ("а", "б", "c"), relevant="${oo} = 'yes'"),
        row("text", "path", ("а", "б", "c"), relevant="../i = 1"),
        row("text", "key", ("а", "б", "c"), relevant="${y} = 'yess'"),
        row("select_one yes_no", "y", ("а", "б", "c")),
        row("integer", "i", ("а", "б", "c")),
        row("begin_repeat", "rep", ("а", "б", "c"), repeat_count="${i}"),
        row("text", "in", ("а", "б", "c")),
        end("repeat"),
        row("calculate", "truth", calculation="${i} > 1"),
        row("select_multiple yes_no", "many", ("а", "б", "c"), default="yes no"),
        row("texst", "misspelt", ("а", "б", "c")),
    ],
    "choices": YES_NO,
    "samples": [],
}


def heading(column, language):
    return f"{column}::{language}"


def sheet(workbook, name, columns, rows):
    page = workbook.create_sheet(name)
    header = []
    for column in columns:
        header += [heading(column, language) for language in LANGUAGES] if column in LOCAL else [column]
    page.append(header)
    for entry in rows:
        line = []
        for column in columns:
            value = entry.get(column)
            line += list(value or ["", "", ""]) if column in LOCAL else [value]
        page.append(line)


def write(folder, name, book):
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    used = [column for column in SURVEY if column in ("type", "name", "label") or any(entry.get(column) for entry in book["survey"])]
    sheet(workbook, "survey", used, book["survey"])
    columns = ["list_name", "name", "label"]
    columns += sorted({column for entry in book["choices"] for column in entry} - set(columns))
    sheet(workbook, "choices", columns, book["choices"])
    page = workbook.create_sheet("settings")
    page.append(["form_title", "form_id", "default_language"])
    page.append([book["title"], name, LANGUAGES[0]])
    workbook.save(folder / f"{name}.xlsx")


def main():
    default = pathlib.Path(__file__).resolve().parent.parent / "workbooks"
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    for name, book in BOOKS.items():
        write(folder, name, book)
    write(folder, "refused", REFUSED)
    samples = {name: book["samples"] for name, book in BOOKS.items()}
    (folder / "samples.json").write_text(json.dumps(samples, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(BOOKS) + 1} workbooks in {folder}")


if __name__ == "__main__":
    main()
