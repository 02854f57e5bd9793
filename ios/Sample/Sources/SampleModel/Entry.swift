import Foundation
import Kuager

/// What a finger types and what is signed: the one turned into the other.
public enum Entry {
    /// Reads a number with that many decimals; nothing when the text is none. Spaces between digits are allowed, as paper
    /// has them.
    ///
    /// A number is never rounded: digits beyond the scale are no number.
    public static func number(_ text: String, scale: Int64) -> Int64? {
        let text = text.filter { !$0.isWhitespace }.replacingOccurrences(of: ",", with: ".")
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let decimals = Int(exactly: scale), decimals >= 0, (1...2).contains(parts.count) else { return nil }
        let fraction = parts.count == 2 ? parts[1] : ""
        guard parts.count == 1 || !fraction.isEmpty, fraction.count <= decimals else { return nil }
        var whole = parts[0]
        let isNegative = whole.first == "-"
        if isNegative { whole = whole.dropFirst() }
        guard !whole.isEmpty, (whole + fraction).allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        let digits = whole + fraction + String(repeating: "0", count: decimals - fraction.count)
        return Int64((isNegative ? "-" : "") + digits)
    }

    /// A number as the observer reads it, with the decimal separator of the region the phone is set to.
    public static func text(
        _ number: Int64, scale: Int64, separator: String = Locale.current.decimalSeparator ?? "."
    ) -> String {
        guard scale > 0, let decimals = Int(exactly: scale) else { return String(number) }
        var digits = String(number.magnitude)
        if digits.count <= decimals { digits = String(repeating: "0", count: decimals + 1 - digits.count) + digits }
        return "\(number < 0 ? "-" : "")\(digits.dropLast(decimals))\(separator)\(digits.suffix(decimals))"
    }

    /// A day as it is signed.
    public static func day(_ date: DateComponents) -> String {
        String(format: "%04d-%02d-%02d", date.year ?? 0, date.month ?? 0, date.day ?? 0)
    }

    /// A day as it was signed.
    public static func day(_ text: String) -> DateComponents? {
        let parts = text.split(separator: "-").map { Int($0) }
        guard parts.count == 3, let year = parts[0], let month = parts[1], let day = parts[2] else { return nil }
        return DateComponents(year: year, month: month, day: day)
    }
}
