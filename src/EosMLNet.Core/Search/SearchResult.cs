using System.Globalization;
using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>The result of a search.</summary>
/// <param name="Plan">The plan. It meets the budget exactly.</param>
/// <param name="Report">How it was found, and what it costs.</param>
public sealed record SearchResult(ReductionPlan Plan, SearchReport Report)
{
    /// <summary>What the report was measured on; null where the result was read from files.</summary>
    internal HeldQuestions? Held { get; init; }

    /// <summary>
    /// The same plan, with what is reached by the model as it answers: a search needs ordinary tensors, and answers may be given by packed
    /// ones or in 8 bits. Accuracies by <see cref="SearchReport.MeasuredForm"/> and latency are measured again, on the same questions; the
    /// unreduced model's accuracy stays the one that the search has measured.
    /// </summary>
    /// <param name="model">The model that was searched, loaded for <see cref="ModelUse.Answer"/>. The one that was searched may be disposed
    /// before.</param>
    /// <param name="cancellation">Looked at before each batch of questions and each measurement of time.</param>
    /// <returns>This result, where it was measured in that form already.</returns>
    /// <exception cref="EosException">EOS1013: the result is not of a search in this process. EOS4002: the plan is for another
    /// model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public SearchResult AsAnsweredBy(VisionLanguageModel model, CancellationToken cancellation = default)
    {
        if (model.Form == Report.MeasuredForm)
            return this;
        var held = RequiredHeld;
        Plan.CheckFits(model);
        return this with { Report = held.Measured(Plan, Report, model, cancellation) };
    }

    /// <summary>
    /// The same plan, with what is reached by an engine of another kind. Accuracies by <see cref="SearchReport.MeasuredForm"/> are measured
    /// again, on the same questions; the unreduced model's stays the one that the search has measured. The searched model may be disposed
    /// before.
    /// </summary>
    /// <param name="form">What the answers are given by, as reports call it.</param>
    /// <param name="generate">Answers prompts under the plan: token ids, in which an image is one image token, and the images; and the most
    /// tokens of an answer. It returns the likeliest token ids of each, without the one that ends an answer.</param>
    /// <exception cref="EosException">EOS1013: the result is not of a search in this process.</exception>
    public SearchResult AsAnsweredElsewhere(
        string form, Func<IReadOnlyList<(int[] Prompt, IReadOnlyList<Visual> Images)>, int, IReadOnlyList<int[]>> generate) =>
        this with { Report = RequiredHeld.Measured(Report, form, generate) };

    private HeldQuestions RequiredHeld => Held ?? throw new EosException(EosErrors.InvalidOption,
        "The result was read from files, and the questions that it was measured on are not there; expected one that a search of " +
        "this process has given.");

    /// <summary>The plan's cost in a line, and the report.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"A plan of {Plan.Sites.Count} sites: {Plan.Ledger.Mean:0.#} mean and {Plan.Ledger.Final} final visual tokens, " +
        $"MACs {Plan.Ledger.MacsRatio:0.000} of the unreduced model{Environment.NewLine}{Report}");
}
