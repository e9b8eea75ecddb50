namespace EosMLNet.Plans;

/// <summary>
/// A published method by its name. A new one is a function of <see cref="Baselines"/> and an entry here; command line, builds and reports
/// go over <see cref="All"/>.
/// </summary>
public sealed class Preset
{
    private const int Seed = 1; // of those that draw

    private readonly Func<PlanModel, double, ReductionPlan> plan;

    private Preset(string name, string title, string description, Func<PlanModel, double, ReductionPlan> plan) =>
        (Name, Title, Description, this.plan) = (name, title, description, plan);

    /// <summary>All of them: those in front of the decoder, those inside of it, those in the vision encoder.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("random", "random", "keeps the same random patches of every image", AtRandom),
        new("stride", "stride", "keeps evenly spaced patches, row by row", Baselines.Stride),
        new("pool", "2-D pool", "means of the windows of a grid", Baselines.AveragePool),
        new("tome", "ToMe", "merges the most similar tokens, before layer 0", Baselines.ToMe),
        new("divprune", "DivPrune", "keeps the most diverse tokens", Baselines.DivPrune),
        new("fastv", "FastV", "keeps what the text attends to, before layer 2", Baselines.FastV),
        new("pyramiddrop", "PyramidDrop", "keeps what the text attends to, in three stages", Baselines.PyramidDrop),
        new("sparsevlm1", "SparseVLM v1", "keeps what raters attend to, clusters the rest", Baselines.SparseVlm1),
        new("sparsevlm2", "SparseVLM v2", "keeps what raters attend to, drops the rest", Baselines.SparseVlm2),
        new("dart", "DART", "keeps what differs most from a few pivots", Baselines.Dart),
        new("visionzip", "VisionZip", "keeps what [CLS] attends to, merges the rest", Baselines.VisionZip),
        new("scope", "SCOPE", "keeps what covers the image, by [CLS] attention", Baselines.Scope),
        new("holov", "HoloV", "keeps what [CLS] attends to, crop by crop", Baselines.HoloV),
        new("prumerge", "PruMerge", "keeps what [CLS] attends to, with its neighbours", Baselines.PruMerge),
        new("prumerge+", "PruMerge+", "as prumerge, and evenly spaced tokens", Baselines.PruMergePlus),
        new("tome-tower", "ToMe (tower)", "merges the most similar patches, in the tower", Baselines.ToMeTower),
    ];

    private static ReductionPlan AtRandom(PlanModel model, double meanTokens) => Baselines.Random(model, meanTokens, Seed);

    /// <summary>What a user writes: lower case, no spaces.</summary>
    public string Name { get; }

    /// <summary>What its authors write.</summary>
    public string Title { get; }

    /// <summary>What it does, in some words without a full stop.</summary>
    public string Description { get; }

    /// <summary>Finds a method. Capitals do not count.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="EosException">EOS1013: there is none of this name; the message lists those that there are.</exception>
    public static Preset Named(string name) => Find(name) ?? throw new EosException(EosErrors.InvalidOption,
        $"'{name}' is not a preset.{Spelling.Suggestion(name, All.Select(preset => preset.Name))} Presets are " +
        $"{string.Join(", ", All.Select(preset => preset.Name))}.");

    /// <summary>The same, or <see langword="null"/> where there is none.</summary>
    internal static Preset? Find(string name) =>
        All.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The method under a budget, as <see cref="Baselines"/> makes it. Of a random one, seed 1.</summary>
    /// <param name="model">The model.</param>
    /// <param name="meanTokens">The budget: mean visual tokens per layer, from 1; of the usual image, where images vary.</param>
    /// <exception cref="EosException">EOS3001: the budget is below 1 or not a number. EOS4002: the method is not for this
    /// model.</exception>
    public ReductionPlan Plan(PlanModel model, double meanTokens) => plan(model, meanTokens);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
