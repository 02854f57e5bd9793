## Ресми деректер хаттамалармен қатар.

official-title = Ресми деректер
official-note = Хаттаманың ешбір көшірмесі ресми санды айтпайтын жолдар, айырмасы үлкендері жоғарыда. Айырмашылық — тексеруге себеп; кімнің қатесі екенін ол айтпайды.
official-lines = Айырмасы бар жолдар
official-stations = Учаскелер
official-none = Айырмашылық жоқ, немесе ресми деректер енгізілмеген.
official-station = Учаске
official-protocol = Хаттамада
official-official = Ресми
official-difference = Айырма
official-entry = Журналдағы жазба
official-back = Бұл деректерді қайтарып алу
