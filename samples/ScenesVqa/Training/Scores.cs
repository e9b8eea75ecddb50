namespace ScenesVqa.Training;

/// <summary>How many questions of each family were asked and answered right, and the share of the family's commonest answer.</summary>
internal sealed record Scores(IReadOnlyDictionary<string, (int Asked, int Right, double Commonest)> ByFamily)
{
    /// <summary>The mean of the families' accuracies.</summary>
    public double FamilyAverage => ByFamily.Values.Average(f => (double)f.Right / f.Asked);

    public override string ToString() => FormattableString.Invariant($"mean {FamilyAverage:f3} | ")
        + string.Join(' ', ByFamily.Select(f => FormattableString.Invariant($"{f.Key} {(double)f.Value.Right / f.Value.Asked:f2}")));
}
