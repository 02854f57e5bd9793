#if canImport(SwiftUI)
    import Kuager
    import SampleModel
    import SwiftUI

    /// Sets, changes and removes the passcode; says first what it does and does not do.
    struct PasscodeView: View {
        @StateObject private var passcode: Kept<PasscodeModel>
        @State private var state = PasscodeModel.State()
        @State private var typed = PasscodeModel.Typed()

        init(observer: Observer, app: AppModel) {
            _passcode = StateObject(wrappedValue: Kept(PasscodeModel(observer, app: app)))
        }

        var body: some View {
            Form {
                Section {
                    Text(.passcodeAbout)
                    Text(.passcodeCost).bold()
                    if let problem = state.problem { ProblemLabel(phrase: problem) }
                    if state.isDone { Label(TextKey.passcodeDone.string, systemImage: "checkmark.circle.fill") }
                }
                Section {
                    if state.isSet == true {
                        Text(.passcodeIsSet)
                        SecretField(title: .passcodeCurrent, text: $typed.current)
                    }
                    SecretField(title: .passcodeNew, text: $typed.passcode)
                    SecretField(title: .passcodeAgain, text: $typed.again)
                }
                Section {
                    Text(.duressAbout)
                    SecretField(title: .duressNew, text: $typed.duress)
                    SecretField(title: .passcodeAgain, text: $typed.duressAgain)
                } header: {
                    Text(.duressTitle)
                }
                Section {
                    if state.isWorking { ProgressView() }
                    Button {
                        change { await passcode.model.set($0) }
                    } label: {
                        Text(.passcodeSet).frame(maxWidth: .infinity, minHeight: 44)
                    }
                    if state.isSet == true {
                        Button(role: .destructive) {
                            change { await passcode.model.remove($0) }
                        } label: {
                            Text(.passcodeRemove).frame(maxWidth: .infinity, minHeight: 44)
                        }
                    }
                }
                .disabled(state.isWorking)
            }
            .navigationTitle(Text(.passcodeTitle))
            .following(passcode.model, $state)
            .task { await passcode.model.load() }
        }

        private func change(_ work: @escaping @MainActor (PasscodeModel.Typed) async -> Void) {
            let entered = typed
            typed = PasscodeModel.Typed()
            Task { await work(entered) }
        }
    }

    /// Asks for the passcode of a store that is locked.
    struct UnlockView: View {
        let app: AppModel
        let problem: Phrase?
        @State private var passcode = ""

        var body: some View {
            VStack(spacing: 20) {
                Notice(icon: "lock.fill", title: .passcodeEnter)
                if let problem { ProblemLabel(phrase: problem) }
                SecretField(title: .passcodeTitle, text: $passcode).textFieldStyle(.roundedBorder)
                Button {
                    let entered = passcode
                    passcode = ""
                    Task { await app.open(passcode: entered) }
                } label: {
                    Text(.passcodeOpen)
                }
                .buttonStyle(WideButton())
            }
            .padding()
        }
    }

    /// A field that keyboards and password stores learn nothing from.
    private struct SecretField: View {
        let title: TextKey
        @Binding var text: String

        var body: some View {
            SecureField(text: $text) { Text(title) }
                .textContentType(.oneTimeCode)
                .autocorrectionDisabled()
                .textInputAutocapitalization(.never)
                .frame(minHeight: 44)
        }
    }
#endif
