using EosMLNet.Internals;
using EosMLNet.Models;
using EosMLNet.Search;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace EosMLNet;

/// <summary>
/// Searches where, how many and how visual tokens are reduced, on a frozen vision-language model (arXiv:2606.05232), and makes a
/// transformer that runs the result. Made by
/// <see cref="OperatorSearchExtensions.OperatorSearch(VisionLanguageCatalog, OperatorSearchOptions)"/>.
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
    private readonly TransformerBuilder builder;
    private readonly IHost host;
    private readonly SearchSettings searching;
    private readonly string? answer, family;
    private readonly double validationFraction;
    private readonly IDataView? validationSet;
    private readonly int seeds;
    private readonly IProgress<SearchProgress>? progress;
    private readonly CancellationToken cancellation;

    internal OperatorSearchEstimator(TransformerBuilder builder, OperatorSearchOptions options)
    {
        (this.builder, host) = (builder, builder.Host);
        host.CheckNonWhiteSpace(options.AnswerColumnName, nameof(options.AnswerColumnName));
        host.CheckValue(options.Frozen, nameof(options.Frozen));
        if (options.ValidationFraction is not (>= 0 and < 1))
            throw new EosException(EosErrors.InvalidOption,
                $"ValidationFraction is {options.ValidationFraction}; expected at least 0 and below 1.");
        if (options.Seeds is < 1 or > 100)
            throw new EosException(EosErrors.InvalidOption, $"Seeds is {options.Seeds}; expected 1 to 100.");
        searching = Settings(options, host.SeedOrDefault());
        searching.CheckValues(MlNetSettingNames.Of);
        (family, validationFraction, seeds) = (options.FamilyColumnName, options.ValidationFraction, options.Seeds);
        validationSet = options.ValidationSet;
        answer = options.Objective == SearchObjective.Answers ? options.AnswerColumnName : null;
        (progress, cancellation) = (options.Progress, options.CancellationToken);
    }

    /// <summary>Runs the search on the rows of <paramref name="input"/>.</summary>
    /// <param name="input">Rows with an image, a question and its answer.</param>
    /// <exception cref="EosException">EOS1xxx: model or data cannot be used. EOS2002: the GPU is not there. EOS3xxx: a constraint is
    /// infeasible, or the search diverged.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled, or the context's execution.</exception>
    public VisionLanguageTransformer Fit(IDataView input) => FitFront(input, [])[0];

    /// <summary>
    /// Searches a front of plans on the rows of <paramref name="input"/>: one for the options' own constraints, and tighter ones. Each
    /// search goes on where the one before it ended. All of them make one and a half times the steps of one.
    /// </summary>
    /// <param name="input">Rows with an image, a question and its answer.</param>
    /// <param name="tighter">The constraints of the other plans, the loosest first: limits of the same kinds as the options', and the same
    /// <see cref="OperatorSearchConstraints.FamilyDrop"/>.</param>
    /// <returns>A transformer for the options' constraints, and one for each of <paramref name="tighter"/>. All have the same weights in
    /// memory, and the last one that is disposed frees them.</returns>
    /// <exception cref="EosException">As for <see cref="Fit"/>; EOS1013 also where the kinds of limits differ.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled, or the context's execution.</exception>
    /// <example>
    /// <code>
    /// var search = ml.VisionLanguage().OperatorSearch(
    ///     new OperatorSearchOptions { ModelPath = "scenes-llava", Constraints = { MeanVisualTokens = 48 } });
    /// var models = search.FitFront(data, [new() { MeanVisualTokens = 32 }, new() { MeanVisualTokens = 16 }]);
    /// </code>
    /// </example>
    public IReadOnlyList<VisionLanguageTransformer> FitFront(IDataView input, IReadOnlyList<OperatorSearchConstraints> tighter)
    {
        host.CheckValue(input, nameof(input));
        host.CheckValue(tighter, nameof(tighter));
        CheckInput(SchemaShape.Create(input.Schema));
        if (validationSet is not null)
            CheckInput(SchemaShape.Create(validationSet.Schema));
        IReadOnlyList<SearchConstraints> front = [searching.Constraints, .. tighter.Select(one => Constraints(one, searching.Constraints))];
        foreach (var constraints in front)
            (searching with { Constraints = constraints }).CheckValues(MlNetSettingNames.Of);
        using var channel = host.Start("Operator search");
        using var progressChannel = host.StartProgressChannel("Operator search");
        var relay = new SearchProgressRelay(host, channel, progressChannel, progress);
        // The model that was searched answers. Where answers have another form, one that is loaded anew does, and what was found is
        // measured with it.
        var model = TorchProvider.Load(builder.Request, ModelUse.Search);
        try
        {
            foreach (var note in model.Notes)
                channel.Warning(note);
            var found = Search(model, front, input, channel, relay);
            model = TorchProvider.InAnswerForm(model, builder.Request);
            found = [.. found.Select(result => result.AsAnsweredBy(model, cancellation))];
            var answering = new TorchModel(model, found[0].Plan, builder.Request.ImageCacheBytes);
            return builder.Build(answering, [.. found.Select(result => (result.Plan, SearchReports.ToJson(result.Report)))]);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The input's columns with those for answer, score and visual tokens.</summary>
    /// <param name="inputSchema">A schema with the image, the question and the answer column.</param>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        host.CheckValue(inputSchema, nameof(inputSchema));
        CheckInput(inputSchema);
        return builder.OutputShape(inputSchema);
    }

    private void CheckInput(SchemaShape input) => builder.CheckInput(input, (answer, "answer"), (family, "family"));

    private IReadOnlyList<SearchResult> Search(VisionLanguageModel model, IReadOnlyList<SearchConstraints> front, IDataView input,
        IChannel channel, SearchProgressRelay relay)
    {
        foreach (var constraints in front) // before the data is read: a constraint that cannot be met is found at once
            (searching with { Constraints = constraints }).Check(model, MlNetSettingNames.Of);
        var reader = new VqaReader(builder, answer, family, model.Processor?.Images.Sampling);
        var data = reader.Read(input, cancellation);
        channel.Info($"Read {data.Examples.Count} questions about {data.Images.Count} images.");
        var (training, validation) = validationSet is not null ? (data, reader.Read(validationSet, cancellation))
            : validationFraction > 0 && data.Images.Count > 1 ? data.SplitByImage(1 - validationFraction, searching.Seed)
            : (data, data);
        var results = BestOfSeeds(new OperatorSearch(model, searching), front, training, validation, channel, relay);
        foreach (var plan in results.Select(result => result.Plan))
        {
            channel.Info(
                $"Found a plan of {plan.Sites.Count} sites: {plan.Ledger.Mean:F1} visual tokens a layer on average, " +
                $"{plan.Ledger.Final} at the end.");
        }
        return results;
    }

    private IReadOnlyList<SearchResult> BestOfSeeds(OperatorSearch search, IReadOnlyList<SearchConstraints> front, VqaDataset training,
        VqaDataset validation, IChannel channel, SearchProgressRelay relay)
    {
        if (seeds == 1)
            return search.RunFront(front, training, validation, relay, cancellation);
        int[] all = [.. Enumerable.Range(searching.Seed, seeds)];
        var found = search.RunFrontWithSeeds(front, all, training, validation, relay, cancellation);
        foreach (var (seed, plans) in all.Zip(found))
        {
            var accuracies = plans.Select(one => FormattableString.Invariant($"{one.Report.ValidationAccuracy:0.0000}"));
            channel.Info($"Seed {seed}: validation accuracy {string.Join(", ", accuracies)}");
        }
        return [.. front.Select((_, i) => found.Select(plans => plans[i]).MaxBy(one => one.Report.ValidationAccuracy)!)];
    }

    private static SearchConstraints Constraints(OperatorSearchConstraints limits, SearchConstraints rest) => limits.Value with
    {
        Latency = rest.Latency,
        LatencyTextTokens = rest.LatencyTextTokens,
        LatencyBatch = rest.LatencyBatch,
        MeasureLatency = rest.MeasureLatency,
    };

    private static SearchSettings Settings(OperatorSearchOptions options, int contextSeed) => new()
    {
        Constraints = Constraints(options.Constraints, new()
        {
            Latency = options.LatencyTable,
            LatencyTextTokens = options.LatencyTextTokens,
            LatencyBatch = options.LatencyBatch,
            MeasureLatency = options.MeasureLatency,
        }),
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
        Sites = options.Sites is null ? null : [.. options.Sites],
        InitialLimit = options.InitialLimit,
        Tightening = options.Tightening,
        InitialTaper = options.InitialTaper,
        InitialTemperature = options.InitialTemperature,
        FinalTemperature = options.FinalTemperature,
        Scores = options.Scores is null ? null : [.. options.Scores],
        CandidateFactor = options.CandidateFactor,
        ValidationQuestions = options.ValidationQuestions,
        SnapToCorners = options.SnapToCorners,
        TryCounts = options.TryCounts,
        CacheBytes = options.CacheBytes,
        Frozen = options.Frozen,
        Seed = options.Seed ?? contextSeed,
    };
}
