#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// One question: what is asked, what was answered, what to remind of.
    struct QuestionView: View {
        let question: Asked
        let state: FormModel.State
        let form: FormModel
        @Binding var camera: CameraTarget?

        var body: some View {
            Section {
                VStack(alignment: .leading, spacing: 10) {
                    heading
                    answer
                    ForEach(state.reminders(at: question.place), id: \.self) { reminder in
                        Label(reminder.string, systemImage: "exclamationmark.circle").font(.callout)
                    }
                    if let problem = state.problem, problem.place == question.place { ProblemLabel(phrase: problem.phrase) }
                }
                .padding(.vertical, 4)
                .insideGroups(question.groups.count)
                .accessibilityElement(children: .contain)
                .accessibilityLabel(Text(verbatim: label))
            }
        }

        /// What is heard of it: of which entry it is cannot be seen.
        private var label: String {
            guard let entry = question.place.entry else { return question.text }
            return "\(Phrase(.entryNumber, .number(entry + 1)).string), \(question.text)"
        }

        private var heading: some View {
            VStack(alignment: .leading, spacing: 4) {
                Text(verbatim: question.text).font(.headline).accessibilityAddTraits(.isHeader)
                if let hint = question.hint { Text(verbatim: hint).font(.subheadline) }
                if state.isMissing(question.place) { Text(.required).font(.footnote.bold()) }
                if let line = question.line { Text(Phrase(.paperLine, .text(line))).font(.footnote) }
                if let law = question.law { Text(Phrase(.law, .text(law))).font(.footnote) }
            }
        }

        @ViewBuilder private var answer: some View {
            switch question.kind {
            case .yesNo:
                choices(YesNo.allCases.map { ($0.rawValue, $0.phrase.string) })
            case .choice, .choices:
                choices(question.choices.map { ($0.key, $0.text) })
            case .integer, .decimal:
                DraftField(label: label, value: number, isNumber: true, signed: (question.min ?? 0) < 0) { text in
                    await form.number(question.place, text, scale: question.kind == .decimal ? question.scale : 0)
                }
            case .text, .words:
                DraftField(label: label, value: text, isLong: question.kind == .text) { text in
                    await form.answer(question.place, text.isEmpty ? nil : .text(value: text))
                }
            case .time:
                MomentField(question: question, form: form, components: .hourAndMinute)
            case .date:
                MomentField(question: question, form: form, components: .date)
            case .attachment:
                PhotosRow(photos: state.photos(of: question.place), form: form, take: takePhoto)
            case .calculate:
                Text(verbatim: question.wording ?? "").font(.title3.monospacedDigit())
            case .note, .group:
                EmptyView()
            case .location:
                Text(.answerElsewhere)
            }
        }

        private func choices(_ choices: [(key: String, text: String)]) -> some View {
            ForEach(choices, id: \.key) { choice in
                let isChosen = question.isChosen(choice.key)
                Button {
                    Task { await form.toggle(choice.key, of: question) }
                } label: {
                    HStack {
                        Image(systemName: isChosen ? "checkmark.circle.fill" : "circle").accessibilityHidden(true)
                        Text(verbatim: choice.text).frame(maxWidth: .infinity, alignment: .leading)
                    }
                    .frame(minHeight: 48)
                    .contentShape(Rectangle())
                }
                .buttonStyle(.plain)
                .accessibilityAddTraits(isChosen ? [.isButton, .isSelected] : .isButton)
            }
        }

        private var number: String {
            guard case .int(let number) = question.value else { return "" }
            return Entry.text(number, scale: question.kind == .integer ? 0 : question.scale)
        }

        private var text: String {
            guard case .text(let text) = question.value else { return "" }
            return text
        }

        private func takePhoto() {
            Task {
                if await form.mayPhotograph(question.place) { camera = CameraTarget(place: question.place) }
            }
        }
    }
#endif
