namespace EosMLNet.Tool.CommandLine;

/// <summary>
/// What <c>--plan</c> names: a file (a plan, or a saved ML.NET model that holds one), or else a preset with its budget, such as
/// <c>fastv:36</c>, which becomes a plan with the model. A file that has such a name is taken.
/// </summary>
internal sealed class PlanChoice
{
    private readonly PresetBudget? preset;

    private PlanChoice(string name, ReductionPlan? loaded, PresetBudget? preset) => (Name, Loaded, this.preset) = (name, loaded, preset);

    /// <summary>What a shell offers beside files: presets, of which the budget is left to write.</summary>
    internal static string[] Completions { get; } = [.. Preset.All.Select(preset => $"{preset}:")];

    /// <summary>What tables and messages call it: the file's name without its ending, or the preset's.</summary>
    internal string Name { get; }

    /// <summary>The plan of a file; null for a preset.</summary>
    internal ReductionPlan? Loaded { get; }

    /// <summary>Reads the file, or the preset's name.</summary>
    /// <exception cref="EosException">EOS1001, EOS4001: the file is missing or malformed. EOS4003: it is a zip without a plan. EOS1013:
    /// there is no such preset or budget.</exception>
    internal static PlanChoice Of(string given)
    {
        var exists = File.Exists(given);
        if (!exists && PresetBudget.IsMeant(given))
            return Of(PresetBudget.Parse(given));
        var plan = exists && SavedModelPlan.IsZip(given) ? SavedModelPlan.Read(given) : ReductionPlan.Load(given);
        return new(Path.GetFileNameWithoutExtension(given), plan, null);
    }

    internal static PlanChoice Of(PresetBudget preset) => new($"{preset}", null, preset);

    /// <summary>Reads several. Two of one file name go by their paths.</summary>
    /// <inheritdoc cref="Of(string)"/>
    internal static (string Name, PlanChoice Choice)[] Of(IEnumerable<string> given)
    {
        (string Given, PlanChoice Choice)[] plans = [.. given.Distinct().Select(one => (one, Of(one)))];
        var repeated = plans.CountBy(plan => plan.Choice.Name).Where(count => count.Value > 1).Select(count => count.Key).ToHashSet();
        return [.. plans.Select(plan => (repeated.Contains(plan.Choice.Name) ? plan.Given : plan.Choice.Name, plan.Choice))];
    }

    /// <summary>The plan for a model.</summary>
    /// <exception cref="EosException">EOS3001, EOS4002: the preset cannot meet its budget, or is not for this model.</exception>
    internal ReductionPlan For(PlanModel model) => Loaded ?? preset!.Plan(model);

    /// <summary>The plan for the model of a folder, whose weights are not loaded.</summary>
    /// <exception cref="EosException">EOS1001, EOS1008, EOS1009: the folder's files are missing or malformed.</exception>
    internal ReductionPlan For(string modelFolder) => Loaded ?? preset!.Plan(PlanModelOf(modelFolder));

    private static PlanModel PlanModelOf(string folder)
    {
        var config = ModelConfig.Load(folder);
        var processor = VisionLanguageProcessor.Exists(folder) ? VisionLanguageProcessor.Load(folder, config) : null;
        return config.ToPlanModel(processor?.Images, new ModelFingerprint(CheckpointFiles.Of(folder).Fingerprint));
    }
}
