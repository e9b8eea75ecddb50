using EosMLNet.Internals;
using EosMLNet.Models;
using EosMLNet.Search;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Searches where, how many and how visual tokens are reduced, on a frozen vision-language model (arXiv:2606.05232), and makes a
/// transformer that runs the result. Made by <see cref="VisionLanguageCatalog.OperatorSearch(OperatorSearchOptions)"/>.
/// </summary>
/// <remarks>
/// | Characteristic | |
/// | -- | -- |
/// | Does this estimator need to look at the data to train its parameters? | Yes, the whole of it is read into memory |
/// | Input column data types | <see cref="Microsoft.ML.Data.MLImage"/> (or vectors of text: paths), text (question) and text (answer) |
/// | Output column data types | text, <see cref="float"/>, <see cref="float"/> |
/// | Required NuGet in addition to Microsoft.ML | EosMLNet, and libtorch for the machine |
/// | Exportable to ONNX | No |
/// </remarks>
public sealed class OperatorSearchEstimator : IEstimator<VisionLanguageTransformer>
{
    private readonly IHost host;
    private readonly AnswerSettings answering;
    private readonly SearchSettings searching;
    private readonly string modelPath;
    private readonly string? answer, family;
    private readonly double validationFraction;
    private readonly IProgress<SearchProgress>? progress;
    private readonly CancellationToken cancellation;

    internal OperatorSearchEstimator(IHostEnvironment env, OperatorSearchOptions options)
    {
        host = env.Register(nameof(OperatorSearchEstimator));
        host.CheckValue(options, nameof(options));
        host.CheckNonWhiteSpace(options.ModelPath, nameof(options.ModelPath));
        host.CheckNonWhiteSpace(options.AnswerColumnName, nameof(options.AnswerColumnName));
        host.CheckValue(options.Frozen, nameof(options.Frozen));
        if (options.ValidationFraction is not (>= 0 and < 1))
            throw new EosException(EosErrors.InvalidOption,
                $"ValidationFraction is {options.ValidationFraction}; expected at least 0 and below 1.");
        answering = options.ToSettings().Checked(EosErrors.InvalidOption);
        searching = Settings(options, host.SeedOrDefault());
        searching.CheckValues(MlNetSettingNames.Of);
        (modelPath, family, validationFraction) = (options.ModelPath, options.FamilyColumnName, options.ValidationFraction);
        answer = options.Objective == SearchObjective.Answers ? options.AnswerColumnName : null;
        (progress, cancellation) = (options.Progress, options.CancellationToken);
    }

    /// <summary>Runs the search on the rows of <paramref name="input"/>.</summary>
    /// <param name="input">Rows with an image, a question and its answer.</param>
    /// <exception cref="EosException">EOS1xxx: model or data cannot be used. EOS2002: the GPU is not there. EOS3xxx: a constraint is
    /// infeasible, or the search diverged.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled, or the context's execution.</exception>
    public VisionLanguageTransformer Fit(IDataView input)
    {
        host.CheckValue(input, nameof(input));
        CheckInput(SchemaShape.Create(input.Schema));
        using var channel = host.Start("Operator search");
        using var progressChannel = host.StartProgressChannel("Operator search");
        var relay = new SearchProgressRelay(host, channel, progressChannel, progress);
        return VisionLanguageTransformer.Create(host, new CheckpointFolder(modelPath), answering, host.TorchDevice(),
            model => Search(model, input, channel, relay));
    }

    /// <summary>The input's columns with those for answer, score and visual tokens.</summary>
    /// <param name="inputSchema">A schema with the image, the question and the answer column.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        host.CheckValue(inputSchema, nameof(inputSchema));
        CheckInput(inputSchema);
        return answering.OutputShape(host, inputSchema);
    }

    private void CheckInput(SchemaShape input)
    {
        answering.CheckInput(host, input);
        if (answer is not null)
            host.CheckTextColumn(input, answer, "answer");
        if (family is not null)
            host.CheckTextColumn(input, family, "family");
    }

    private (ReductionPlan, SearchReport?) Search(VisionLanguageModel model, IDataView input, IChannel channel, SearchProgressRelay relay)
    {
        searching.Check(model, MlNetSettingNames.Of); // before the data is read: a constraint that cannot be met is found at once
        var data = new VqaReader(host, answering, answer, family).Read(input, cancellation);
        channel.Info($"Read {data.Examples.Count} questions about {data.Images.Count} images.");
        var (training, validation) = validationFraction > 0 && data.Images.Count > 1
            ? data.SplitByImage(1 - validationFraction, searching.Seed)
            : (data, data);
        var result = new OperatorSearch(model, searching).Run(training, validation, relay, cancellation);
        channel.Info(
            $"Found a plan of {result.Plan.Sites.Count} sites: {result.Plan.Ledger.Mean:F1} visual tokens a layer on average, " +
            $"{result.Plan.Ledger.Final} at the end.");
        return (result.Plan, result.Report);
    }

    private static SearchSettings Settings(OperatorSearchOptions options, int contextSeed) => new()
    {
        Constraints = new SearchConstraints
        {
            MeanVisualTokens = options.Constraints.MeanVisualTokens,
            MeanVisualShare = options.Constraints.MeanVisualShare,
            FinalVisualTokens = options.Constraints.FinalVisualTokens,
            MacsRatio = options.Constraints.MacsRatio,
            KvBytesRatio = options.Constraints.KvBytesRatio,
            LatencyMs = options.Constraints.LatencyMs,
            LatencyFraction = options.Constraints.LatencyFraction,
            Latency = options.LatencyTable,
            LatencyTextTokens = options.LatencyTextTokens,
            LatencyBatch = options.LatencyBatch,
            MeasureLatency = options.MeasureLatency,
            FamilyDrop = options.Constraints.FamilyDrop,
        },
        Steps = options.Steps,
        BatchSize = options.BatchSize,
        MicroBatch = options.MicroBatch,
        RecomputedLayers = options.RecomputedLayers,
        LearningRate = options.LearningRate,
        CountLearningRate = options.CountLearningRate,
        SiteLearningRate = options.SiteLearningRate,
        Objective = options.Objective,
        AlignmentWeight = options.AlignmentWeight,
        AlignmentLayers = options.AlignmentLayers is null ? null : [.. options.AlignmentLayers],
        WarmStart = options.WarmStart,
        Patience = options.Patience,
        CheckpointPath = options.CheckpointPath,
        CheckpointEvery = options.CheckpointEvery,
        QuestionsPerImage = options.QuestionsPerImage,
        CheckEvery = options.CheckEvery,
        SoftForward = options.SoftForward,
        RelevanceRank = options.RelevanceRank,
        InitialLimit = options.InitialLimit,
        Tightening = options.Tightening,
        InitialTaper = options.InitialTaper,
        InitialTemperature = options.InitialTemperature,
        FinalTemperature = options.FinalTemperature,
        CandidateFactor = options.CandidateFactor,
        ValidationQuestions = options.ValidationQuestions,
        SnapToCorners = options.SnapToCorners,
        TryCounts = options.TryCounts,
        CacheBytes = options.CacheBytes,
        Frozen = options.Frozen,
        Sites = options.Sites is null ? null : [.. options.Sites],
        Scores = options.Scores is null ? null : [.. options.Scores],
        Seed = options.Seed ?? contextSeed,
    };
}
