using EosMLNet.Latency;
using EosMLNet.Models;

namespace EosMLNet.Search;

/// <summary>The settings of an <see cref="OperatorSearch"/>.</summary>
public sealed record SearchSettings
{
    /// <summary>The limits that the plan must meet.</summary>
    public required SearchConstraints Constraints { get; init; }

    /// <summary>Optimiser steps.</summary>
    /// <value>The default is 200.</value>
    public int Steps { get; init; } = 200;

    /// <summary>
    /// Sequences of one step: a question with its image each or, when no score depends on the question, an image with all its questions.
    /// Many small steps find more than few large ones at the same cost.
    /// </summary>
    /// <value>The default, <see langword="null"/>, is 16 questions or 2 images.</value>
    public int? BatchSize { get; init; }

    /// <summary>
    /// The most questions that share one image's sequence, when no score depends on the question; otherwise each question has its own.
    /// </summary>
    /// <value>The default is 16.</value>
    public int QuestionsPerImage { get; init; } = 16;

    /// <summary>Adam's learning rate for the learned scores.</summary>
    /// <value>The default is 0.015.</value>
    public double LearningRate { get; init; } = 0.015;

    /// <summary>
    /// Adam's learning rate for how many tokens each site keeps, reached as the limits tighten. When they have, and half of the steps are
    /// made, the counts rest.
    /// </summary>
    /// <value>The default is 0.07.</value>
    public double CountLearningRate { get; init; } = 0.07;

    /// <summary>Adam's learning rate for the other parameters of the sites.</summary>
    /// <value>The default is 0.03.</value>
    public double SiteLearningRate { get; init; } = 0.03;

    /// <summary>The task of the reduced model.</summary>
    /// <value>The default is <see cref="SearchObjective.Answers"/>.</value>
    public SearchObjective Objective { get; init; } = SearchObjective.Answers;

    /// <summary>
    /// μ, the weight of the alignment of the text's hidden states with the unreduced model's beside the task loss; 0 to save the unreduced
    /// pass.
    /// </summary>
    /// <value>The default is 0.</value>
    public double AlignmentWeight { get; init; }

    /// <summary>The layers whose output is aligned; the mean over them counts.</summary>
    /// <value>The default is <see langword="null"/>: the last layer alone.</value>
    public IReadOnlyList<int>? AlignmentLayers { get; init; }

    /// <summary>A plan whose sites and scores the search begins with, as far as it can express them; made for this model.</summary>
    /// <value>The default is <see langword="null"/>: sites in front of all allowed layers that merge what they drop.</value>
    public ReductionPlan? WarmStart { get; init; }

    /// <summary>
    /// After how many checks without a lower validation loss the search stops; the best values found are then the result. Checks begin when
    /// the limits are reached.
    /// </summary>
    /// <value>The default is <see langword="null"/>: all steps are made, and the last values are the result.</value>
    public int? Patience { get; init; }

    /// <summary>Steps between two such checks.</summary>
    /// <value>The default is 25.</value>
    public int CheckEvery { get; init; } = 25;

    /// <summary>
    /// A file that keeps the state of a running search. Where it exists, the search goes on from it, with the same result as one that was
    /// never stopped; it is deleted when the search is done.
    /// </summary>
    /// <value>The default is <see langword="null"/>: nothing is kept.</value>
    public string? CheckpointPath { get; init; }

    /// <summary>Steps between two writings of <see cref="CheckpointPath"/>; a search that is cancelled writes it once more.</summary>
    /// <value>The default is 50.</value>
    public int CheckpointEvery { get; init; } = 50;

    /// <summary>
    /// Whether the forward pass selects softly too. Its gradients are then exact, but the plan that runs is not the one that is trained. It
    /// costs as much as unreduced sequences.
    /// </summary>
    /// <value>The default is <see langword="false"/>: the forward pass is the plan's.</value>
    public bool SoftForward { get; init; }

    /// <summary>The layers in front of which a site may stand; <see langword="null"/> for all.</summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IReadOnlyList<int>? Sites { get; init; }

    /// <summary>
    /// The criteria that scores may mix; <see langword="null"/> for the learned ones, text attention, and [CLS] attention where the tower
    /// offers it. <see cref="ScoreCriterion.TextAttention"/> and <see cref="ScoreCriterion.RaterAttention"/> are left out in front of layer
    /// 0.
    /// </summary>
    /// <value>The default is <see langword="null"/>.</value>
    public IReadOnlyList<ScoreCriterion>? Scores { get; init; }

    /// <summary>r of <see cref="ScoreCriterion.TextRelevance"/>.</summary>
    /// <value>The default is 32.</value>
    public int RelevanceRank { get; init; } = 32;

    /// <summary>Parameters that are not searched but stay at stated values.</summary>
    /// <value>The default is none.</value>
    public FrozenParameters Frozen { get; init; } = new();

    /// <summary>
    /// Tighter limits begin here, as a part of the unreduced model's cost; 0 to begin with the constraints themselves. If they begin too
    /// loose, there is no loss to learn from. If they begin too tight, there is little else.
    /// </summary>
    /// <value>The default is 0.2: a search for 16 of 144 mean visual tokens begins with 29.</value>
    public double InitialLimit { get; init; } = 0.2;

    /// <summary>The part of the steps over which the limits tighten, from <see cref="InitialLimit"/> to the constraints.</summary>
    /// <value>The default is 0.5.</value>
    public double Tightening { get; init; } = 0.5;

    /// <summary>The first site's count divided by the last one's, when the search begins.</summary>
    /// <value>The default is 1: the same count everywhere. What each layer is worth shows only when tokens are few, and a count that fell
    /// too early is slow to come back.</value>
    public double InitialTaper { get; init; } = 1;

    /// <summary>T of the soft selection at the first step, in standard deviations of the score.</summary>
    /// <value>The default is 0.4.</value>
    public double InitialTemperature { get; init; } = 0.4;

    /// <summary>T of the soft selection at the last step.</summary>
    /// <value>The default is 0.1.</value>
    public double FinalTemperature { get; init; } = 0.1;

    /// <summary>
    /// Behind a site so many times the kept number stay in the sequence, and at least 16 more than are kept; 0 for all. Gradients can then
    /// exchange tokens. Tokens far from the threshold have next to no gradient, and a short sequence is cheap.
    /// </summary>
    /// <value>The default is 2.</value>
    public double CandidateFactor { get; init; } = 2;

    /// <summary>Seed of the order of the data, of the gates' noise and of the probe's first values.</summary>
    /// <value>The default is 1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// The most questions of the validation data that decisions and the report's accuracies are made on; the last row may bring a few more.
    /// </summary>
    /// <value>The default is 1000.</value>
    public int ValidationQuestions { get; init; } = 1000;

    /// <summary>
    /// Whether parameters move to a corner of the operator (no transfer, no gain) where that costs nothing on validation data.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool SnapToCorners { get; init; } = true;

    /// <summary>
    /// Whether tokens move between early and late sites, within the limits, where that lowers the loss on validation data; tried as the
    /// counts come to rest.
    /// </summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool TryCounts { get; init; } = true;

    /// <summary>The most memory for images' encoder outputs and unreduced hidden states kept between steps, in bytes.</summary>
    /// <value>The default is 2 GiB.</value>
    public long CacheBytes { get; init; } = 2L << 30;

    /// <summary>
    /// Sequences of a step that are in memory at once; their gradients add up to those of the whole step, up to rounding. With a limit on
    /// what a family may lose, each is also run once without gradients.
    /// </summary>
    /// <value>The default is <see langword="null"/>: all of the step.</value>
    public int? MicroBatch { get; init; }

    /// <summary>
    /// Decoder layers whose activations are in memory at once: between so many, only hidden states are kept, and the backward pass runs the
    /// layers again. Less memory for a fifth to a half more time; the gradients are the same up to rounding. About the square root of the
    /// number of layers needs least.
    /// </summary>
    /// <value>The default is <see langword="null"/>: nothing is run again.</value>
    public int? RecomputedLayers { get; init; }

    /// <summary>Sequences of a step, from <see cref="BatchSize"/>.</summary>
    public int Sequences => BatchSize ?? (SeesQuestion ? 16 : 2);

    /// <summary>Whether a score may look at the question: each question then has a sequence of its own.</summary>
    public bool SeesQuestion => Scores?.Any(criterion => criterion.SeesQuestion()) ?? true;

    /// <summary>Whether shifts of counts are tried.</summary>
    internal bool ShiftsCounts => TryCounts && !Frozen.UniformKeep;

    /// <summary>The layers in front of which a site may stand, ascending.</summary>
    internal IReadOnlyList<int> Layers(VisionLanguageModel model) =>
        Sites is null ? [.. Enumerable.Range(0, model.LayerCount)] : [.. Sites.Distinct().Order()];

    /// <summary>The criteria of a site in front of a layer.</summary>
    internal IReadOnlyList<ScoreCriterion> CriteriaAt(int layer, VisionLanguageModel model)
    {
        IEnumerable<ScoreCriterion> criteria = Scores
            ?? [ScoreCriterion.Probe, ScoreCriterion.TextRelevance, ScoreCriterion.TextAttention,
                .. model.HasClsAttention ? new[] { ScoreCriterion.ClsAttention } : []];
        return [.. criteria.Where(c => layer > 0 || !c.NeedsAttention()).Distinct().Order()];
    }

    /// <summary>The site in each place that takes longest of all that the search may find there; its count is not said.</summary>
    internal IReadOnlyList<ReductionSite> DearestSites(VisionLanguageModel model) =>
        [.. Layers(model).Select(layer => Frozen.Applied(new ReductionSite
    {
        Layer = layer,
        Keep = 1,
        Transfer = 1,
        Reweight = 1,
        ProportionalAttention = 1,
        Diversity = 1,
        Score = CriteriaAt(layer, model).ToDictionary(criterion => criterion, _ => 1.0),
    }))];

    /// <summary>Throws where a value is out of its range, or no plan can meet the constraints.</summary>
    /// <exception cref="EosException">EOS1013: a value; EOS3001: a constraint; EOS4002: a warm start that was made for another model, or a
    /// latency table for another shape or device.</exception>
    public void Check(VisionLanguageModel model) => Check(model, SettingNames.Own);

    /// <summary>The same; messages call the settings what the surface calls them.</summary>
    public void Check(VisionLanguageModel model, OptionNaming named)
    {
        CheckValues(named);
        var check = new OptionCheck(named);
        var inModel = $"layers from 0 to {model.LayerCount - 1}, at least one";
        check.That(AlignmentLayers?.All(layer => layer < model.LayerCount) != false, nameof(AlignmentLayers), AlignmentLayers, inModel);
        if (model.IsPacked)
            throw new EosException(EosErrors.InvalidOption,
                "The model's weights are laid out for answers, and no gradient goes through them; expected a model that was loaded with " +
                "ModelUse.Search.");
        WarmStart?.CheckFits(model);
        var layers = Layers(model);
        check.That(layers[^1] < model.LayerCount, nameof(Sites), Sites, inModel);
        check.That(Scores?.Contains(ScoreCriterion.ClsAttention) != true || model.HasClsAttention, nameof(Scores),
            ScoreCriterion.ClsAttention, "a criterion that this vision tower offers; it has no [CLS] token");
        Constraints.Latency?.CheckFits(model);
        Constraints.Check(model.ToPlanModel(), layers, DearestSites(model), named);
    }

    /// <summary>Throws where a value is wrong whatever the model: for surfaces, before they read a model or data.</summary>
    /// <param name="named">What the surface calls the settings.</param>
    /// <param name="tableComes">Whether a latency table is measured or read later, so that it may be missing now.</param>
    /// <exception cref="EosException">EOS1013: a value.</exception>
    public void CheckValues(OptionNaming named, bool tableComes = false)
    {
        var check = new OptionCheck(named);
        check.Between(1, 1_000_000, nameof(Steps), Steps);
        check.Between(1, 65_536, nameof(BatchSize), BatchSize);
        check.Between(1, 65_536, nameof(QuestionsPerImage), QuestionsPerImage);
        check.That(LearningRate is > 0 and <= 10, nameof(LearningRate), LearningRate, "above 0 and at most 10");
        check.Between(0, 10, nameof(CountLearningRate), CountLearningRate);
        check.Between(0, 10, nameof(SiteLearningRate), SiteLearningRate);
        check.That(Enum.IsDefined(Objective), nameof(Objective), Objective,
            $"one of {string.Join(", ", Enum.GetNames<SearchObjective>())}");
        check.Between(0, 1e6, nameof(AlignmentWeight), AlignmentWeight);
        check.Layers(nameof(AlignmentLayers), AlignmentLayers);
        check.AtLeast(1, nameof(Patience), Patience);
        check.AtLeast(1, nameof(CheckEvery), CheckEvery);
        check.That(CheckpointPath is null || !string.IsNullOrWhiteSpace(CheckpointPath), nameof(CheckpointPath), "empty",
            "the path of a file");
        check.AtLeast(1, nameof(CheckpointEvery), CheckpointEvery);
        check.AtLeast(1, nameof(RelevanceRank), RelevanceRank);
        check.Between(0, 1, nameof(InitialLimit), InitialLimit);
        check.Between(0, 1, nameof(Tightening), Tightening);
        check.That(InitialTaper is >= 1 and <= 1e6, nameof(InitialTaper), InitialTaper, "at least 1 and at most 1e6");
        check.That(InitialTemperature is > 0 and <= 1000, nameof(InitialTemperature), InitialTemperature, "above 0 and at most 1000");
        check.That(FinalTemperature is >= 1e-3 && FinalTemperature <= InitialTemperature, nameof(FinalTemperature), FinalTemperature,
            $"between 0.001 and {named(nameof(InitialTemperature))}");
        check.That(CandidateFactor is 0 or >= 1 and <= 1e6, nameof(CandidateFactor), CandidateFactor, "0, or at least 1 and at most 1e6");
        check.AtLeast(1, nameof(ValidationQuestions), ValidationQuestions);
        check.AtLeast(0, nameof(CacheBytes), CacheBytes);
        check.AtLeast(1, nameof(MicroBatch), MicroBatch);
        check.AtLeast(1, nameof(RecomputedLayers), RecomputedLayers);
        check.Layers(nameof(Sites), Sites);
        CheckScores(check);
        Frozen.CheckValues(check);
        Constraints.CheckValues(check, tableComes);
    }

    private void CheckScores(OptionCheck check)
    {
        check.That(Scores is null || Scores.Count > 0 && Scores.All(criterion => criterion.IsSearched()), nameof(Scores), Scores,
            $"some of {string.Join(", ", ScoreCriteria.All.Where(criterion => criterion.IsSearched()))}");
        var beforeFirst = Sites?.Contains(0) != false;
        check.That(!beforeFirst || Scores?.All(criterion => criterion.NeedsAttention()) != true, nameof(Scores), "attention alone",
            "another criterion beside it, for there is no attention before layer 0");
    }
}
