#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI
    import UIKit

    /// One block of the form, whatever it is for.
    struct FormRowView: View {
        let row: FormRow
        let state: FormModel.State
        let form: FormModel
        @Binding var camera: CameraTarget?

        var body: some View {
            switch row.part {
            case .question: QuestionView(question: row.question, state: state, form: form, camera: $camera)
            case .group: GroupHeading(group: row.question, state: state)
            case .entry(let entry): EntryHead(group: row.question, entry: entry, form: form)
            case .more: MoreEntries(group: row.question, state: state, form: form)
            }
        }
    }

    /// What the questions below have in common.
    private struct GroupHeading: View {
        let group: Asked
        let state: FormModel.State

        var body: some View {
            VStack(alignment: .leading, spacing: 4) {
                Text(verbatim: group.text).font(.title3.bold()).accessibilityAddTraits(.isHeader)
                if let hint = group.hint { Text(verbatim: hint).font(.subheadline) }
                if state.isMissing(group.place) { Text(.required).font(.footnote.bold()) }
                if let line = group.line { Text(Phrase(.paperLine, .text(line))).font(.footnote) }
                if let law = group.law { Text(Phrase(.law, .text(law))).font(.footnote) }
                ForEach(state.reminders(at: group.place), id: \.self) { reminder in
                    Label(reminder.string, systemImage: "exclamationmark.circle").font(.callout)
                }
            }
            .insideGroups(group.groups.count)
        }
    }

    /// The head of an entry, and a way to take it out. Asked twice: its answers are gone with it.
    private struct EntryHead: View {
        let group: Asked
        let entry: Int64
        let form: FormModel
        @State private var asksToRemove = false

        var body: some View {
            HStack {
                Text(Phrase(.entryNumber, .number(entry + 1)))
                    .font(.headline)
                    .accessibilityLabel(Text(verbatim: "\(Phrase(.entryNumber, .number(entry + 1)).string), \(group.text)"))
                    .accessibilityAddTraits(.isHeader)
                Spacer()
                Button(role: .destructive) {
                    asksToRemove = true
                } label: {
                    Image(systemName: "trash").frame(minWidth: 56, minHeight: 56).contentShape(Rectangle())
                }
                .buttonStyle(.borderless)
                .accessibilityLabel(Text(verbatim: "\(remove), \(group.text)"))
            }
            .insideGroups(group.groups.count + 1)
            .confirmationDialog(
                Phrase(.entryRemoveAsk, .number(entry + 1)).string, isPresented: $asksToRemove, titleVisibility: .visible
            ) {
                Button(role: .destructive) {
                    Task { await form.removeEntry(entry, of: group.place) }
                } label: {
                    Text(verbatim: remove)
                }
            }
        }

        private var remove: String { Phrase(.entryRemove, .number(entry + 1)).string }
    }

    /// One entry more, below the last one.
    private struct MoreEntries: View {
        let group: Asked
        let state: FormModel.State
        let form: FormModel

        var body: some View {
            VStack(spacing: 10) {
                Button(action: add) { Label(TextKey.entryAdd.string, systemImage: "plus") }
                    .buttonStyle(WideButton(isProminent: false))
                    .accessibilityLabel(Text(verbatim: "\(TextKey.entryAdd.string), \(group.text)"))
                // Such as one entry too many; seen where the finger is.
                if let problem = state.problem, problem.place == group.place { ProblemLabel(phrase: problem.phrase) }
            }
            .insideGroups(group.groups.count)
        }

        private func add() {
            Task {
                guard let entry = await form.addEntry(to: group.place) else { return }
                // It appears above the button, where nobody who cannot see it would look.
                UIAccessibility.post(notification: .announcement, argument: Phrase(.entryNumber, .number(entry + 1)).string)
            }
        }
    }

    extension View {
        /// Stands further in, by how many groups are around it.
        func insideGroups(_ depth: Int) -> some View {
            padding(.leading, CGFloat(min(depth, 3)) * 12)
        }
    }
#endif
