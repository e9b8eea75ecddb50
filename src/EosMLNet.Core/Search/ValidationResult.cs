namespace EosMLNet.Search;

/// <summary>The quality of a plan on held-out questions.</summary>
/// <param name="Loss">Mean cross-entropy of the answers' tokens.</param>
/// <param name="Accuracy">The part of the answers that greedy decoding gets right to the last token.</param>
/// <param name="Families">The same by kind of question.</param>
internal sealed record ValidationResult(double Loss, double Accuracy, IReadOnlyList<ValidationResult.Family> Families)
{
    /// <summary>By how much the accuracy of each kind of question falls, where there are any.</summary>
    /// <param name="names">The names of all kinds.</param>
    /// <param name="reached">What is compared with this.</param>
    internal IReadOnlyDictionary<string, double> Drops(IReadOnlyList<string> names, ValidationResult reached) =>
        names.Select((name, i) => (name, Before: Families[i], After: reached.Families[i])).Where(x => x.Before.Questions > 0)
            .ToDictionary(x => x.name, x => x.Before.Accuracy - x.After.Accuracy);

    /// <summary>One kind of question.</summary>
    /// <param name="Questions">How many there are; where there are none, the other numbers are not numbers.</param>
    /// <param name="Accuracy">The part that is answered right.</param>
    /// <param name="Probability">The mean probability of the right answer.</param>
    internal sealed record Family(int Questions, double Accuracy, double Probability);
}
