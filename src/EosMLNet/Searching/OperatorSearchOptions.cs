using EosMLNet.Latency;
using EosMLNet.Search;
using Microsoft.ML;

namespace EosMLNet;

/// <summary>
/// The options of <see cref="Microsoft.ML.OperatorSearchExtensions.OperatorSearch(VisionLanguageCatalog, OperatorSearchOptions)"/>.
/// </summary>
public sealed class OperatorSearchOptions : VisionLanguageOptions
{
    private static readonly SearchSettings Defaults = new() { Constraints = new() };

    /// <summary>The column with the expected answers, of type text.</summary>
    /// <value>The default is <c>Answer</c>.</value>
    public string AnswerColumnName { get; set; } = "Answer";

    /// <summary>What the searched plan must satisfy.</summary>
    /// <value>There is no default: at least one limit must be given, such as
    /// <see cref="OperatorSearchConstraints.MeanVisualTokens"/>.</value>
    public OperatorSearchConstraints Constraints { get; } = new();

    /// <summary>
    /// The measurements that latency is predicted by, made on this device for a model of the same shape:
    /// <see cref="LatencyTable.Load"/> what <c>eos search --calibrate</c> has written, or <see cref="LatencyCalibration.Measure"/>.
    /// Needed for <see cref="OperatorSearchConstraints.LatencyMs"/> and <see cref="OperatorSearchConstraints.LatencyFraction"/>.
    /// </summary>
    /// <value>The default is null: no limit on latency.</value>
    public LatencyTable? LatencyTable { get; set; }

    /// <summary>The text tokens of a prompt whose latency is limited.</summary>
    /// <value>The default is 32.</value>
    public int LatencyTextTokens { get; set; } = Defaults.Constraints.LatencyTextTokens;

    /// <summary>How many prompts are run together where latency is limited.</summary>
    /// <value>The default is 1.</value>
    public int LatencyBatch { get; set; } = Defaults.Constraints.LatencyBatch;

    /// <summary>
    /// Whether the plan's prefill is measured on this machine at the end and reported beside what <see cref="LatencyTable"/> predicts. A
    /// limit on latency measures it in any case. The plan does not depend on it.
    /// </summary>
    /// <value>The default is false.</value>
    public bool MeasureLatency { get; set; } = Defaults.Constraints.MeasureLatency;

    /// <summary>How many steps the search takes; each is one forward and one backward pass over a batch.</summary>
    /// <value>The default is 200.</value>
    public int Steps { get; set; } = Defaults.Steps;

    /// <summary>
    /// How many questions a step looks at or, when no score depends on the question, how many images with all their questions.
    /// </summary>
    /// <value>The default is null: 16 questions or 2 images.</value>
    public int? BatchSize { get; set; }

    /// <summary>
    /// How many questions (or images) of a step are in memory at once; the result is that of the whole step, up to rounding.
    /// </summary>
    /// <value>The default is null: all of the step.</value>
    public int? MicroBatch { get; set; }

    /// <summary>
    /// How many decoder layers' activations are in memory at once; the others are run again, for a fifth to a half more time. For large
    /// models: about the square root of the number of layers needs least.
    /// </summary>
    /// <value>The default is null: all of them.</value>
    public int? RecomputedLayers { get; set; }

    /// <summary>The optimiser's step size for the learned scores.</summary>
    /// <value>The default is 0.015.</value>
    public double LearningRate { get; set; } = Defaults.LearningRate;

    /// <summary>The optimiser's step size for how many tokens each site keeps.</summary>
    /// <value>The default is 0.07.</value>
    public double CountLearningRate { get; set; } = Defaults.CountLearningRate;

    /// <summary>The optimiser's step size for the other parameters of the sites.</summary>
    /// <value>The default is 0.03.</value>
    public double SiteLearningRate { get; set; } = Defaults.SiteLearningRate;

    /// <summary>
    /// The weight of keeping the text's hidden states near those of the unreduced model, beside the loss of the answers; 0 saves the
    /// unreduced pass.
    /// </summary>
    /// <value>The default is 0.</value>
    public double AlignmentWeight { get; set; } = Defaults.AlignmentWeight;

    /// <summary>The layers whose output is kept so.</summary>
    /// <value>The default is null: the last one.</value>
    public IReadOnlyList<int>? AlignmentLayers { get; set; }

    /// <summary>
    /// Whether the reduced model is to give the answers of the data, or those of the unreduced model; the column of answers is then not
    /// read.
    /// </summary>
    /// <value>The default is <see cref="SearchObjective.Answers"/>.</value>
    public SearchObjective Objective { get; set; } = Defaults.Objective;

    /// <summary>The column with the kind of each question, of type text, for <see cref="OperatorSearchConstraints.FamilyDrop"/>.</summary>
    /// <value>The default is null: all questions are of one kind.</value>
    public string? FamilyColumnName { get; set; }

    /// <summary>A plan for the same model that the search begins with.</summary>
    /// <value>The default is null.</value>
    public ReductionPlan? WarmStart { get; set; }

    /// <summary>After how many checks without a lower validation loss the search stops, with the best values found.</summary>
    /// <value>The default is null: all steps are made.</value>
    public int? Patience { get; set; }

    /// <summary>
    /// A file that keeps the state of the running search; where it exists, <c>Fit</c> goes on from it to the same plan. It is deleted at
    /// the end.
    /// </summary>
    /// <value>The default is null: nothing is kept.</value>
    public string? CheckpointPath { get; set; }

    /// <summary>The decoder layers in front of which visual tokens may be reduced.</summary>
    /// <value>The default is null: all of them.</value>
    public IReadOnlyList<int>? Sites { get; set; }

    /// <summary>What the choice of the kept tokens may depend on.</summary>
    /// <value>
    /// The default is null: the learned probe and text relevance, text attention, and [CLS] attention where the tower offers it. Leave out
    /// the two that look at the question for a plan that serves several questions about one image.
    /// </value>
    public IReadOnlyList<ScoreCriterion>? Scores { get; set; }

    /// <summary>
    /// The most questions that share one image's sequence, when no score depends on the question; otherwise each question has its own.
    /// </summary>
    /// <value>The default is 16.</value>
    public int QuestionsPerImage { get; set; } = Defaults.QuestionsPerImage;

    /// <summary>Steps between two checks of <see cref="Patience"/>.</summary>
    /// <value>The default is 25.</value>
    public int CheckEvery { get; set; } = Defaults.CheckEvery;

    /// <summary>Steps between two writings of <see cref="CheckpointPath"/>; a search that is cancelled writes it once more.</summary>
    /// <value>The default is 50.</value>
    public int CheckpointEvery { get; set; } = Defaults.CheckpointEvery;

    /// <summary>
    /// Whether the forward pass selects softly too: exact gradients, but what is trained is not what runs, at the cost of unreduced
    /// sequences.
    /// </summary>
    /// <value>The default is false.</value>
    public bool SoftForward { get; set; } = Defaults.SoftForward;

    /// <summary>The rank of <see cref="ScoreCriterion.TextRelevance"/>, at least 1.</summary>
    /// <value>The default is 32.</value>
    public int RelevanceRank { get; set; } = Defaults.RelevanceRank;

    /// <summary>Where limits begin that are tighter than this, as a part of what the unreduced model needs, from 0 to 1.</summary>
    /// <value>The default is 0.2.</value>
    public double InitialLimit { get; set; } = Defaults.InitialLimit;

    /// <summary>The part of the steps over which limits tighten, from 0 to 1.</summary>
    /// <value>The default is 0.5.</value>
    public double Tightening { get; set; } = Defaults.Tightening;

    /// <summary>How many times more tokens the first site keeps than the last when the search begins, at least 1.</summary>
    /// <value>The default is 1: the same count everywhere.</value>
    public double InitialTaper { get; set; } = Defaults.InitialTaper;

    /// <summary>The temperature of the soft selection at the first step, in standard deviations of the score, above 0.</summary>
    /// <value>The default is 0.4.</value>
    public double InitialTemperature { get; set; } = Defaults.InitialTemperature;

    /// <summary>The same at the last step, from 0.001 to <see cref="InitialTemperature"/>.</summary>
    /// <value>The default is 0.1.</value>
    public double FinalTemperature { get; set; } = Defaults.FinalTemperature;

    /// <summary>
    /// How many times the number kept stay in the sequence behind a site, so that gradients can exchange tokens; 0 for all, or at least 1.
    /// </summary>
    /// <value>The default is 2.</value>
    public double CandidateFactor { get; set; } = Defaults.CandidateFactor;

    /// <summary>
    /// The most questions of the data that is kept from the search that decisions and the report's accuracies are made on.
    /// </summary>
    /// <value>The default is 1000.</value>
    public int ValidationQuestions { get; set; } = Defaults.ValidationQuestions;

    /// <summary>Whether parameters move to a corner of the operator (no transfer, no gain) where that costs nothing.</summary>
    /// <value>The default is true.</value>
    public bool SnapToCorners { get; set; } = Defaults.SnapToCorners;

    /// <summary>Whether tokens move between early and late sites, within the limits, where that lowers the loss.</summary>
    /// <value>The default is true.</value>
    public bool TryCounts { get; set; } = Defaults.TryCounts;

    /// <summary>The most memory for images' encoder outputs and unreduced hidden states kept between steps, in bytes.</summary>
    /// <value>The default is 2 GiB.</value>
    public long CacheBytes { get; set; } = Defaults.CacheBytes;

    /// <summary>Parameters of the sites that are not searched but stay at stated values.</summary>
    /// <value>The default is none.</value>
    public FrozenParameters Frozen { get; set; } = new();

    /// <summary>The seed of the search. The same data, seed and device give the same plan.</summary>
    /// <value>The default is null: the seed of the <see cref="Microsoft.ML.MLContext"/>, or 1 where it has none.</value>
    public int? Seed { get; set; }

    /// <summary>
    /// With how many seeds to search, from <see cref="Seed"/> on: the plan with the best validation accuracy is taken, and the search takes
    /// so many times as long. Where there is a <see cref="CheckpointPath"/>, each seed has a file of its own: that name, a dot, the seed.
    /// </summary>
    /// <value>The default is 1.</value>
    public int Seeds { get; set; } = 1;

    /// <summary>
    /// Rows that the search does not learn from: its plan is chosen and verified on them. They are not transformed: where other stages
    /// stand in front of the search, give what these make of the rows.
    /// </summary>
    /// <value>The default is null: <see cref="ValidationFraction"/> of the images.</value>
    public IDataView? ValidationSet { get; set; }

    /// <summary>
    /// The share of the images that is kept from the search to verify its plan, from 0 (it is verified on what it was searched on) to below
    /// 1.
    /// </summary>
    /// <value>The default is 0.1.</value>
    public double ValidationFraction { get; set; } = 0.1;

    /// <summary>
    /// Told on the thread that searches, after each step and after each piece of the work before, between and after the steps. Without it,
    /// <c>MLContext.Log</c> has a line for every phase, every 5 % and every 10 seconds.
    /// </summary>
    /// <value>The default is null.</value>
    public IProgress<SearchProgress>? Progress { get; set; }

    /// <summary>
    /// Stops the search: <c>Fit</c> then throws <see cref="OperationCanceledException"/>. Only the file of <see cref="CheckpointPath"/>,
    /// where it is set and a step was made, stays; the same search goes on from it.
    /// </summary>
    /// <value>The default is <see cref="CancellationToken.None"/>.</value>
    public CancellationToken CancellationToken { get; set; }
}
