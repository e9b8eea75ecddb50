using System.Globalization;

namespace Benchmarks.Report;

/// <summary>Numbers as pages have them.</summary>
internal static class ReportNumbers
{
    /// <summary>A share in percent: 99.2 %.</summary>
    internal static string Percent(double share) => (100 * share).ToString("f1", CultureInfo.InvariantCulture) + " %";

    /// <summary>A difference of shares in points, with its sign: +1.6.</summary>
    internal static string Signed(double share) => (100 * share).ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture);

    /// <summary>A parameter of an operator: two places at most.</summary>
    internal static string Parameter(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
