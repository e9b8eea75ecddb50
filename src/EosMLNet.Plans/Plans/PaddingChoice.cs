namespace EosMLNet.Plans;

/// <summary>
/// How images that are not square are treated under plans: as it was asked for, or else as the plans were searched (build/docs/adr/0022).
/// </summary>
/// <param name="Padding">What the model is loaded with.</param>
/// <param name="Remarks">Sentences that the user is told: a plan that is run otherwise than it was searched, or an old one that does not
/// say how.</param>
public sealed record PaddingChoice(ImagePadding Padding, IReadOnlyList<string> Remarks)
{
    /// <summary>What every surface does where neither a user nor a plan says otherwise.</summary>
    public const ImagePadding Default = ImagePadding.Square;

    /// <summary>
    /// How a plan was searched; <see langword="null"/> where it was not, and for models that see images of any size as they are. Versions
    /// before 0.1.1 did not record it, and cropped.
    /// </summary>
    public static ImagePadding? Searched(ReductionPlan plan) =>
        plan.ImagePadding ?? (plan.Provenance is null || plan.ImageSizes is not null ? null : ImagePadding.Crop);

    /// <summary>Chooses.</summary>
    /// <param name="asked">What the user asks for; <see langword="null"/> for nothing.</param>
    /// <param name="plans">The plans, with the names that messages call them.</param>
    /// <exception cref="EosException">EOS1013: nothing is asked for, and the plans were searched differently.</exception>
    public static PaddingChoice Of(ImagePadding? asked, params IReadOnlyList<(string Name, ReductionPlan Plan)> plans)
    {
        (string Name, ImagePadding Padding, bool IsRecorded)[] searched =
        [
            .. plans.Where(plan => Searched(plan.Plan) is not null)
                .Select(plan => (plan.Name, Searched(plan.Plan)!.Value, plan.Plan.ImagePadding is not null)),
        ];
        if (asked is { } padding)
        {
            return new(padding, [.. searched.Where(plan => plan.Padding != padding).Select(plan =>
                $"The plan {plan.Name} was searched with ImagePadding {plan.Padding}, and is run with {padding}, as asked for. " +
                "On images that are not square it may answer worse than was measured.")]);
        }
        if (searched.Length == 0)
            return new(Default, []);
        if (searched.FirstOrDefault(plan => plan.Padding != searched[0].Padding) is { Name: { } other } differs)
        {
            throw new EosException(EosErrors.InvalidOption,
                $"The plan {searched[0].Name} was searched with ImagePadding {searched[0].Padding}, the plan {other} with " +
                $"{differs.Padding}. " +
                "Compared, they need the same one. Choose it: --image-padding.");
        }
        return new(searched[0].Padding, [.. searched.Where(plan => !plan.IsRecorded).Select(plan =>
            $"The plan {plan.Name} does not say how it was searched: by a version before 0.1.1, which cropped images that are not " +
            "square. " +
            "They are cropped; search anew to pad them.")]);
    }
}
