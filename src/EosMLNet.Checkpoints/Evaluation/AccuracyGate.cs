namespace EosMLNet.Evaluation;

/// <summary>Refuses what answers worse than it may.</summary>
public static class AccuracyGate
{
    /// <summary>What rounding may add to a fall: one that is the limit passes.</summary>
    private const double Rounding = 1e-9;

    /// <summary>Whether accuracy falls further than it may.</summary>
    /// <param name="fall">By how much it falls, 0 to 1; negative where it rises.</param>
    /// <param name="limit">The most that it may fall, 0 to 1; null for no limit.</param>
    public static bool IsTooMuch(double fall, double? limit) => fall > limit + Rounding;

    /// <summary>Compares two accuracies with a limit.</summary>
    /// <param name="what">What falls, as the beginning of a sentence.</param>
    /// <param name="before">The accuracy that it falls from, 0 to 1.</param>
    /// <param name="after">The accuracy that is reached, 0 to 1.</param>
    /// <param name="questions">How many questions both are over.</param>
    /// <param name="limit">The most that it may fall, 0 to 1; null for no limit.</param>
    /// <param name="option">What the user calls the limit.</param>
    /// <param name="advice">What is told besides: what else was measured, and what to do. Begins with a capital letter.</param>
    /// <exception cref="EosException">EOS3003: it falls further.</exception>
    public static void Check(string what, double before, double after, int questions, double? limit, string option, string advice)
    {
        if (IsTooMuch(before - after, limit))
            throw new EosException(EosErrors.AccuracyGate, FormattableString.Invariant(
                $"{what} falls by {before - after:0.0000}, from {before:0.0000} to {after:0.0000} over {questions} questions; ") +
                FormattableString.Invariant($"{option} allows {limit:0.####}. {advice}"));
    }
}
