using Benchmarks.Report;

namespace Benchmarks.Speed;

/// <summary>One figure of the speed report: a ratio to a reference that was measured in the same run.</summary>
/// <param name="Group">What is measured together.</param>
/// <param name="Name">What was measured.</param>
/// <param name="Ratio">The median over the pairs.</param>
/// <param name="Low">Its 95% interval's lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Reference">What the ratio is to.</param>
/// <param name="Wanted">What is aimed at, in words; empty where it is for information.</param>
/// <param name="Note">The times behind it.</param>
/// <param name="Hardware">The machine.</param>
internal sealed record SpeedRow(string Group, string Name, double Ratio, double Low, double High, string Reference, string Wanted, string Note, string Hardware)
{
    internal static SpeedRow Of(string group, string name, IReadOnlyList<double> ratios, string reference, string wanted, string note)
    {
        var ratio = PairedRatio.Of(ratios);
        return new SpeedRow(group, name, Rounded(ratio.Median), Rounded(ratio.Low), Rounded(ratio.High), reference, wanted, note, Report.Hardware.Describe());
    }

    private static double Rounded(double value) => Math.Round(value, 3);
}
