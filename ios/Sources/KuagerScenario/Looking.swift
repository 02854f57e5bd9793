import Kuager

extension Runner {
    /// What an `expect` step looks at.
    func look(_ step: JSON) async throws -> JSON {
        switch step["what"].text {
        case "status": try await status()
        case "outlook": try await outlook()
        case "drafts": .object(["count": JSON(try await observer.drafts().count)])
        case "draft": try await draft(step)
        case "form": try await form(step)
        case "records": try await records()
        case "receipts": try await receipts()
        case "media": try await media()
        case "messages": try await messages()
        case "tally": .object(["total": .number(try await observer.tally(station: text(step, "station")).total)])
        case "chain": try await chain()
        case "stations":
            .object([
                "first": JSON(
                    try await observer.searchStations(text(step, "query"), limit: 5, language: text(step, "language"))
                        .first?.key)
            ])
        default: throw Unexpected("nothing to look at")
        }
    }

    private func status() async throws -> JSON {
        let status = try await observer.status()
        return .object([
            "delivered": .number(status.delivered), "waiting": .number(status.waiting),
            "refused": .number(status.refused), "enrolled": .bool(status.enrolled),
        ])
    }

    private func outlook() async throws -> JSON {
        let outlook = try await observer.outlook()
        return .object([
            "completed": .bool(outlook.completed), "left": .number(outlook.left),
            "media_left": .number(outlook.mediaLeft), "obstacle": outlook.obstacle.map { JSON(caseOf: $0) } ?? .null,
        ])
    }

    private func draft(_ step: JSON) async throws -> JSON {
        let draft = try await observer.draft(text(step, "draft"))
        return .object([
            "answers": .object(draft.answers.mapValues(JSON.init)), "attachments": JSON(draft.attachments.count),
        ])
    }

    private func form(_ step: JSON) async throws -> JSON {
        let state = try await observer.formState(draft: text(step, "draft")).orThrow("a note has no form")
        let relations = state.relations.map { ($0.id, JSON(caseOf: $0.standing)) }
        return .object([
            "asked": JSON(state.asked.count), "missing": .list(state.missing.map { .text($0.question) }),
            "relations": .object(Dictionary(relations) { _, last in last }),
        ])
    }

    private func records() async throws -> JSON {
        let records = try await observer.recent()
        return .object([
            "count": JSON(records.count), "states": .list(records.reversed().map { JSON(caseOf: $0.state) }),
        ])
    }

    private func receipts() async throws -> JSON {
        var (count, valid) = (0, 0)
        let deployment = try ready["deployment"].text.orThrow("the host names no deployment")
        let key = try ready["receipt_key"].text.orThrow("the host names no key")
        for record in try await observer.recent() {
            guard let receipt = try await observer.record(record.hash).receipt else { continue }
            count += 1
            let check = try KuagerLibrary.checkStatement(
                purpose: "receipt", bytes: receipt.bytes, deployment: deployment, publicKey: key)
            if case .valid = check { valid += 1 }
        }
        return .object(["count": JSON(count), "valid": JSON(valid)])
    }

    private func media() async throws -> JSON {
        let media = try await observer.media()
        return .object(["count": JSON(media.count), "states": .list(media.map { JSON(caseOf: $0.state) })])
    }

    private func messages() async throws -> JSON {
        let messages = try await observer.messages()
        return .object([
            "count": JSON(messages.count), "unread": JSON(messages.filter { !$0.read }.count),
            "ask": messages.last?.ask.map { JSON(caseOf: $0) } ?? .null, "about": JSON(messages.last?.about),
        ])
    }

    private func chain() async throws -> JSON {
        let check = try await observer.verify()
        return .object(["records": .number(check.records), "faults": JSON(check.faults.count)])
    }
}
