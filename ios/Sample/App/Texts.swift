#if canImport(SwiftUI)
    import Foundation
    import SampleModel
    import SwiftUI

    extension Phrase {
        /// The text in the observer's language, with the right plural.
        var string: String {
            let format = Bundle.main.localizedString(forKey: key, value: nil, table: nil)
            guard !arguments.isEmpty else { return format }
            let values: [any CVarArg] = arguments.map { argument in
                switch argument {
                case .number(let number): number
                case .text(let text): text
                case .phrase(let phrase): phrase.string
                }
            }
            return String(format: format, locale: .current, arguments: values)
        }
    }

    extension Text {
        /// A text of the catalogue.
        init(_ phrase: Phrase) {
            self.init(verbatim: phrase.string)
        }

        /// A text of the catalogue that nothing is put into.
        init(_ key: TextKey) {
            self.init(Phrase(key))
        }
    }

    extension TextKey {
        /// The text in the observer's language.
        var string: String { Phrase(self).string }
    }

    /// The language the app is shown in; the system chooses among those the app has. Where it names none, packs use their own first one.
    enum AppLanguage {
        static var current: String {
            let localization = Bundle.main.preferredLocalizations.first ?? Bundle.main.developmentLocalization
            return localization.flatMap { Locale(identifier: $0).language.languageCode?.identifier } ?? ""
        }
    }
#endif
