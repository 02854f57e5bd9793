## Файлдан ресми деректер.

import-title = Ресми деректерді енгізу
import-note = CSV файлы немесе Excel кітабы (.xlsx), әр учаскеге бір жол. Не өзгеретінін көргенше ештеңе жазылмайды.
import-taken = Жазылған учаскелер:
import-no-file = Алдымен файлды таңдаңыз.
import-changes = Не өзгереді
import-write = Жазылатын учаскелер
import-new = Жаңа
import-same = Өзгеріссіз
import-gone = Бар, файлда жоқ (қалады)
import-unknown = Учаскелер тізімінде жоқ:
import-others = Өзгеретін сандар
import-before = Бұрын
import-after = Файлда
import-take = Жазу
import-columns = Қай бағанда не бар
import-station = Учаске кілті мына бағанда
import-first = Бірінші жол
import-say = Есте сақтап, қайта қарау
import-send = Файл жіберу
import-stage = Кімнің деректері (tec, cec немесе қысқа ат)
import-form = Хаттаманың нысаны
import-file = Файл
import-look = Қарау
