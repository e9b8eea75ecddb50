using System.Globalization;

namespace EosMLNet.Plans;

/// <summary>A preset and its budget, as people write them where a plan is expected: <c>fastv:36</c>, <c>fastv:25%</c>.</summary>
/// <param name="Preset">The published method.</param>
/// <param name="Amount">Mean visual tokens per layer, from 1; or a part of the unreduced image's, above 0 and at most 1.</param>
/// <param name="IsShare">Whether it is a part.</param>
public sealed record PresetBudget(Preset Preset, double Amount, bool IsShare)
{
    private const char Separator = ':', Percent = '%';

    /// <summary>
    /// Whether a text means a preset and no file: the name of one, or something with a colon that is no path.
    /// </summary>
    /// <param name="text">What was written in the place of a plan.</param>
    public static bool IsMeant(string text)
    {
        var name = text.Split(Separator)[0];
        return Preset.Find(text) is not null
            || name.Length > 1 && name.Length < text.Length && text.IndexOfAny(['/', '\\', '.'], 0, name.Length) < 0
                && text.IndexOfAny(['/', '\\'], name.Length) < 0;
    }

    /// <summary>Reads a name, a colon and a budget. A number below 1, and one with a percent sign, is a part of the tokens.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="EosException">EOS1013: there is no such preset, or no such budget.</exception>
    public static PresetBudget Parse(string text)
    {
        var parts = text.Split(Separator, 2, StringSplitOptions.TrimEntries);
        var preset = Preset.Named(parts[0]);
        var amount = parts.Length > 1 ? parts[1] : "";
        var isPercent = amount.EndsWith(Percent);
        if (!double.TryParse(amount.TrimEnd(Percent), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !(value > 0)
            || !double.IsFinite(value) || isPercent && value > 100)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"'{text}' {(amount.Length == 0 ? "has no budget" : $"has the budget '{amount}'")}. Expected mean visual tokens a layer, " +
                $"such as {preset.Name}:36, or a part of the image's, such as {preset.Name}:25%.");
        }
        return isPercent ? new(preset, value / 100, IsShare: true) : new(preset, value, IsShare: value < 1);
    }

    /// <summary>
    /// The plan for a model. Where images have different numbers of visual tokens, a part is of each image's own, and a number of tokens is
    /// kept of every image, as it meets the budget on the model's usual one.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <exception cref="EosException">EOS3001: the budget is less than one token. EOS4002: the method is not for this model, or cannot take
    /// parts of images that vary.</exception>
    public ReductionPlan Plan(PlanModel model)
    {
        var plan = Preset.Plan(model, IsShare ? Amount * model.VisualTokens : Amount);
        if (model.ImagesVary && plan.ActsInEncoder)
        {
            throw new EosException(EosErrors.PlanMismatch,
                $"The preset {Preset} acts in the vision encoder, but images of {model.Family} have different numbers of visual tokens. " +
                "Use a preset that acts in the decoder, such as divprune or fastv.");
        }
        return model.ImagesVary && IsShare ? OfEachImage(plan) : plan;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var number = (IsShare ? 100 * Amount : Amount).ToString("0.######", CultureInfo.InvariantCulture);
        return $"{Preset}{Separator}{number}{(IsShare ? $"{Percent}" : "")}";
    }

    // Rounds in one place halve what enters them, and extra anchors are counted: neither is a part of an image's tokens.
    private ReductionPlan OfEachImage(ReductionPlan plan)
    {
        var takesParts = plan.Sites.All(site => site.Extra is null && !site.Residual)
            && plan.Sites.DistinctBy(site => site.Layer).Count() == plan.Sites.Count;
        return takesParts
            ? ReductionPlan.Create(plan.Model, plan.Sites.Select(site =>
                site with { Keep = 0, KeepShare = (double)site.Keep / plan.Model.VisualTokens }))
            : throw new EosException(EosErrors.PlanMismatch,
                $"The preset {Preset} counts tokens, but images of {plan.Model.Family} have different numbers of them. Give a number in " +
                $"the place of a part, as it is of the usual image with {plan.Model.VisualTokens}; or use a preset that takes parts, " +
                "such as fastv or stride.");
    }
}
