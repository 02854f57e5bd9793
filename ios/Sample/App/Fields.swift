#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// A field that saves while somebody types, without a save for each letter, and at once when they leave it.
    struct DraftField: View {
        /// What it is for; heard, not seen, since the question stands above.
        let label: String
        let value: String
        var isNumber = false
        var signed = false
        var isLong = false
        let save: @MainActor (String) async -> Void
        @State private var text = ""
        @FocusState private var isFocused: Bool

        var body: some View {
            TextField("", text: $text, axis: isLong ? .vertical : .horizontal)
                .keyboardType(isNumber ? (signed ? .numbersAndPunctuation : .decimalPad) : .default)
                .font(isNumber ? .title2.monospacedDigit() : .body)
                .frame(minHeight: 48)
                .padding(.horizontal, 12)
                .background(.quaternary, in: RoundedRectangle(cornerRadius: 8))
                .focused($isFocused)
                .accessibilityLabel(Text(verbatim: label))
                .onAppear { text = value }
                .onChange(of: value) { changed in
                    // What was saved elsewhere is shown, but never under the finger.
                    if !isFocused { text = changed }
                }
                .onChange(of: isFocused) { focused in
                    if !focused { Task { await saveIfChanged() } }
                }
                .task(id: text) {
                    // Cancelled by the next letter.
                    guard isFocused, (try? await Task.sleep(nanoseconds: 300_000_000)) != nil else { return }
                    await saveIfChanged()
                }
        }

        private func saveIfChanged() async {
            if text != value { await save(text) }
        }
    }

    /// A time or a day; empty until somebody chooses one, since a wheel always shows something.
    struct MomentField: View {
        let question: Asked
        let form: FormModel
        let components: DatePickerComponents

        var body: some View {
            HStack {
                if let moment {
                    DatePicker(
                        question.text, selection: Binding(get: { moment }, set: { set($0) }),
                        displayedComponents: components
                    )
                    .labelsHidden()
                    Spacer()
                    Button {
                        Task { await form.answer(question.place, nil) }
                    } label: {
                        Text(.answerClear)
                    }
                    .frame(minHeight: 44)
                } else {
                    Button {
                        set(Date())
                    } label: {
                        Label(now, systemImage: "clock").frame(minHeight: 48)
                    }
                }
            }
        }

        private var calendar: Calendar { Calendar(identifier: .gregorian) }

        private var now: String {
            components == .date
                ? Date().formatted(date: .abbreviated, time: .omitted) : Date().formatted(date: .omitted, time: .shortened)
        }

        private var moment: Date? {
            switch question.value {
            case .int(let minutes):
                calendar.date(bySettingHour: Int(minutes / 60), minute: Int(minutes % 60), second: 0, of: Date())
            case .text(let day):
                Entry.day(day).flatMap(calendar.date(from:))
            default:
                nil
            }
        }

        private func set(_ date: Date) {
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: date)
            let answer: Value =
                components == .date
                ? .text(value: Entry.day(parts)) : .int(value: Int64((parts.hour ?? 0) * 60 + (parts.minute ?? 0)))
            Task { await form.answer(question.place, answer) }
        }
    }

    /// The photos of a question, and a way to take one more.
    struct PhotosRow: View {
        let photos: [AttachmentInfo]
        let form: FormModel
        let take: () -> Void

        var body: some View {
            VStack(alignment: .leading, spacing: 10) {
                if !photos.isEmpty { Text(Phrase(.photoCount, .number(Int64(photos.count)))) }
                ForEach(Array(photos.enumerated()), id: \.element.hash) { number, photo in
                    Button(role: .destructive) {
                        Task { await form.remove(photo: photo) }
                    } label: {
                        Label(Phrase(.photoRemove, .number(Int64(number + 1))).string, systemImage: "trash").frame(minHeight: 44)
                    }
                }
                Button(action: take) { Label(TextKey.photoTake.string, systemImage: "camera") }
                    .buttonStyle(WideButton(isProminent: photos.isEmpty))
            }
        }
    }
#endif
