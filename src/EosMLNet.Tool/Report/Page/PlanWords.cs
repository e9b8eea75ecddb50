using System.Globalization;
using System.Text;

namespace EosMLNet.Tool.Report.Page;

/// <summary>A site of a plan in plain words.</summary>
internal static class PlanWords
{
    /// <summary>Where the site stands.</summary>
    internal static string Place(ReductionSite site) => site.Stage switch
    {
        ReductionStage.Tower => $"In block {site.Layer} of the vision tower",
        ReductionStage.Projector => "In front of the projector",
        _ => $"In front of layer {site.Layer}",
    };

    /// <summary>How much it keeps.</summary>
    internal static string Keeps(ReductionSite site) => site.KeepShare is { } share
        ? Text($"Keeps {100 * share:0.#} % of a picture's tokens.") : Text($"Keeps {site.Keep} tokens of each picture.");

    /// <summary>What becomes of the others.</summary>
    internal static string Others(ReductionSite site)
    {
        var text = site switch
        {
            { Neighbours: { } count } => $"Each kept token takes up the {count} tokens that resemble it most.",
            { Transfer: 0 } => "The others are dropped.",
            { Temperature: 0 } => $"{Given(site)} goes into the kept token that it resembles most.",
            { Temperature: double.PositiveInfinity } => $"{Given(site)} is spread evenly over the kept tokens.",
            _ => $"{Given(site)} is divided among the kept tokens, most of it to those that it resembles " +
                Text($"(temperature {site.Temperature:0.####})."),
        };
        if (site.Residual)
            text += " One token stands for all that is left over.";
        if (site.Reweight > 0)
            text += Text($" Kept tokens are scaled by their scores (strength {site.Reweight:0.####}).");
        if (site.ProportionalAttention > 0)
            text += Text($" A token that stands for many is looked at more (weight {site.ProportionalAttention:0.####}).");
        return text;
    }

    /// <summary>Which are kept.</summary>
    internal static string Chosen(ReductionSite site)
    {
        var mixture = string.Join(", ", site.Score.Select(score => Text($"{Named(score.Key)} {score.Value:0.###}")));
        List<string> parts = mixture.Length == 0 ? [] : [$"The highest scores: {mixture}."];
        if (site.Extra is { } extra)
            parts.Add($"{extra.Count} are chosen otherwise: {Words(extra.Rule.ToString())}.");
        if (site.Diversity > 0)
            parts.Add(Text($"Tokens unlike those already chosen are preferred (diversity {site.Diversity:0.####})."));
        return string.Join(" ", parts);
    }

    /// <summary>A name of the code as words: TextRelevance becomes text relevance.</summary>
    internal static string Words(string name)
    {
        var words = new StringBuilder();
        foreach (var (i, letter) in name.Index())
        {
            if (char.IsUpper(letter) && i > 0)
                words.Append(' ');
            words.Append(char.ToLowerInvariant(letter));
        }
        return words.ToString();
    }

    private static string Named(ScoreCriterion criterion) =>
        criterion == ScoreCriterion.ClsAttention ? "[CLS] attention" : Words(criterion.ToString());

    private static string Given(ReductionSite site) =>
        site.Transfer == 1 ? "Each of the others" : Text($"{100 * site.Transfer:0.#} % of each of the others");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
