## Наблюдатели и их устройства.

observers-title = Наблюдатели и их устройства
observers-none = Ни одного устройства ещё не подключено.
observers-note = У того, кто получил новый телефон, две цепочки; это один наблюдатель. Время: { $zone }. Слова платформ о телефонах ничего не решают.
observers-some-only = Показаны не все устройства; все показывает `kuager device list`.
device-trusted = доверенное
device-revoked-from = отозвано { $since }; доверие до № { $number }
device-revoked = отозвано { $since }; доверия нет ни к чему
device-follows = продолжает { $device }: телефон восстановлен из копии
device-records = записей, которые учитываются: { $records }; отложено: { $apart }
device-pack = пакет: выпуск { $edition }
device-pack-older = пакет: выпуск { $edition }, не самый новый
device-program = называет себя { $program }
device-messages-unknown = сообщений: { $count }; с запуска координатора не запрашивал
device-messages-all = сообщений: { $count }, все получены; последний запрос { $at }
device-messages-behind = сообщений в пути: { $count }, первое от { $first }; последний запрос { $at }
attested-nothing = платформа о телефоне ничего не сообщила
attested-holds = платформа ручается за телефон; ключ { $level }
attested-fails = сказанное о телефоне не подтверждается: { $fault }
attested-in-software = в программе
attested-in-environment = в доверенной среде
attested-in-element = в отдельной микросхеме
attested-in-unknown = неизвестно где
attested-unreadable = не читается
attested-root = не ведёт к корню платформы
attested-chain = подпись внутри недействительна
attested-time = сертификат не в своём сроке
attested-revoked = платформа отозвала сертификат
attested-challenge = сделано для другого подключения
attested-key = сказано о другом ключе

## Звонки наблюдателям.

call-calls = Звонки
call-due = Пора позвонить
call-write = Записать звонок
call-outcome = Чем кончилось
call-next = Следующий звонок через столько минут (пусто — не нужен)
call-send = Записать
call-next-at = следующий звонок { $at }
call-reached = ответил
call-no-answer = не отвечает
call-unreachable = телефон выключен или нет сети
call-wrong-number = неверный номер
call-absent = не на участке

## The encrypted list of names.

names-file = Зашифрованный список имён
names-note = Имена можно прочесть только там, где есть ключ:
