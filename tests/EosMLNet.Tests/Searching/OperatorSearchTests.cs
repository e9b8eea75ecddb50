using EosMLNet.Models;
using EosMLNet.Onnx;
using EosMLNet.Search;
using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace EosMLNet.Tests.Searching;

public sealed class OperatorSearchTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_searched_pipeline_keeps_its_budget_and_survives_a_fresh_process()
    {
        using var model = Pipeline(Options()).Fit(tiny.Data(ml));
        var answers = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        ml.Model.Save(model, tiny.Data(ml).Schema, folder["vqa.zip"]);
        using var loaded = ml.VisionLanguage().LoadAnswering(folder["vqa.zip"]);

        Assert.Equal(model.LastTransformer.Report!.ToString(), loaded.Report!.ToString());
        Assert.Equal(model.LastTransformer.Report!.Losses, loaded.Report!.Losses);
        Assert.True(model.LastTransformer.Plan.Ledger.Mean <= 6, $"{model.LastTransformer.Plan.Ledger.Mean} visual tokens");
        Assert.NotNull(model.LastTransformer.Report);
        Assert.Equal(answers.Select(a => a.PredictedAnswer), FreshProcess.Answers(folder["vqa.zip"], tiny.Tsv, tiny.ImageFolder));
    }

    [Fact]
    public void The_transformer_of_a_search_exports_itself_by_its_plan()
    {
        using var model = Pipeline(Options()).Fit(tiny.Data(ml));
        var plan = model.LastTransformer.Plan;
        var manifest = plan.ExportOnnx(tiny.ModelPath, folder["exported"]);
        Assert.Equal(plan.Model.Fingerprint, manifest.Model);
        Assert.Equal(manifest.Graphs, OnnxManifest.Load(folder["exported"]).Graphs);
        Assert.Equal(plan.ToJson(), ReductionPlan.Load(folder["exported/eos-plan.json"]).ToJson());
    }

    [Fact]
    public void The_same_seed_finds_the_same_plan()
    {
        using var first = Pipeline(Options()).Fit(tiny.Data(ml));
        using var second = Pipeline(Options()).Fit(tiny.Data(ml));

        Assert.Equal(first.LastTransformer.Plan.ToJson(), second.LastTransformer.Plan.ToJson());
    }

    [Fact]
    public void A_report_that_was_saved_is_saved_again_and_a_malformed_one_is_EOS4003()
    {
        using var model = Pipeline(Options()).Fit(tiny.Data(ml));
        ml.Model.Save(model, tiny.Data(ml).Schema, folder["first.zip"]);
        using (var loaded = (IDisposable)ml.Model.Load(folder["first.zip"], out var schema))
            ml.Model.Save((ITransformer)loaded, schema, folder["second.zip"]);
        using var again = ml.VisionLanguage().LoadAnswering(folder["second.zip"]);

        Assert.Equal(model.LastTransformer.Report!.Losses, again.Report!.Losses);
        Expect.Error(EosErrors.ModelArtifact, () => SearchReports.Parse("{ \"losses\": [1] }"), "report");
        Expect.Error(EosErrors.ModelArtifact, () => SearchReports.Parse("null"), "report");
        var json = SearchReports.ToJson(again.Report!);
        Expect.Error(EosErrors.ModelArtifact, () => SearchReports.Parse(json.Replace("\"sites\":[", "\"sites\":[null,")), "report", "null");
        Expect.Error(EosErrors.ModelArtifact, () => SearchReports.Parse(json.Replace("\"measuredForm\":", "\"measuredForm\":null,\"x\":")), "report");
    }

    [Fact]
    public void Of_several_seeds_the_plan_with_the_best_validation_accuracy_is_taken()
    {
        var each = Enumerable.Range(1, 3).Select(seed =>
        {
            var options = Options();
            options.Seed = seed;
            options.ValidationSet = Held(); // the same for all
            using var one = Pipeline(options).Fit(tiny.Data(ml));
            return (Plan: one.LastTransformer.Plan.ToJson(), one.LastTransformer.Report!.ValidationAccuracy);
        }).ToArray();
        var lines = new List<string>();
        ml.Log += (_, line) => lines.Add(line.RawMessage);
        var (together, searches) = (Options(), new HashSet<int>());
        (together.Seed, together.Seeds, together.CheckpointPath, together.ValidationSet) = (1, 3, folder["state"], Held());
        together.Progress = new Listener<SearchProgress>(progress => searches.Add(progress.Search));

        using var model = Pipeline(together).Fit(tiny.Data(ml));

        Assert.Equal(each.MaxBy(one => one.ValidationAccuracy).Plan, model.LastTransformer.Plan.ToJson());
        Assert.Equal([1, 2, 3], searches.Order());
        Assert.Equal(3, lines.Count(line => line.StartsWith("Seed ", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetFiles(folder["."], "state*"));
    }

    [Fact]
    public void A_validation_set_takes_the_place_of_images_that_are_kept_back()
    {
        var (lines, options) = (new List<string>(), Options());
        ml.Log += (_, line) => lines.Add(line.RawMessage);
        options.ValidationSet = Held(rows: 5);

        using var model = Pipeline(options).Fit(tiny.Data(ml));

        Assert.Equal(5, model.LastTransformer.Report!.ValidationQuestions);
        options.ValidationSet = ml.Data.LoadFromEnumerable(tiny.Rows); // not transformed: it has no images
        Assert.Throws<ArgumentOutOfRangeException>(() => Pipeline(options).Fit(tiny.Data(ml)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void A_number_of_seeds_out_of_range_is_EOS1013_when_the_estimator_is_made(int seeds)
    {
        var options = Options();
        options.Seeds = seeds;
        Expect.Error(EosErrors.InvalidOption, () => Pipeline(options), "Seeds");
    }

    [Fact]
    public void Every_step_is_reported_and_the_log_hears_of_it()
    {
        var (steps, lines) = (new List<int>(), new List<string>());
        ml.Log += (_, line) => lines.Add(line.RawMessage);
        var options = Options();
        options.Progress = new Listener<SearchProgress>(progress => Note(steps, progress));

        Pipeline(options).Fit(tiny.Data(ml)).Dispose();

        Assert.Equal(options.Steps, steps.Count);
        Assert.Equal(steps.Order(), steps);
        Assert.Contains(lines, line => line.Contains("12 questions about 6 images"));
        foreach (var phase in new[] { "image ", "unreduced model, question ", "step ", "counts, trial ", "corners, trial ", "last measurement, question " })
            Assert.Contains(lines, line => line.Contains($" %, {phase}", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains(", loss ", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("100 %", StringComparison.Ordinal));
    }

    [Fact]
    public void A_cancelled_search_leaves_nothing_behind()
    {
        Pipeline(Options()).Fit(tiny.Data(ml)).Dispose(); // what is made once (literals) is made now
        using var source = new CancellationTokenSource();
        var options = Options();
        options.CancellationToken = source.Token;
        options.Progress = new Listener<SearchProgress>(_ => source.Cancel());
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        Assert.ThrowsAny<OperationCanceledException>(() => Pipeline(options).Fit(tiny.Data(ml)));

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Cancelling_the_context_stops_the_search()
    {
        var steps = 0;
        var options = Options();
        options.Progress = new Listener<SearchProgress>(_ =>
        {
            steps++;
            typeof(MLContext).GetMethod("CancelExecution", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.Invoke(ml, null);
        });

        Assert.ThrowsAny<OperationCanceledException>(() => Pipeline(options).Fit(tiny.Data(ml)));
        Assert.Equal(1, steps);
    }

    [Fact]
    public void A_cancelled_search_goes_on_from_its_checkpoint_to_the_same_plan()
    {
        using var whole = Pipeline(Options()).Fit(tiny.Data(ml));
        using var source = new CancellationTokenSource();
        var options = Options();
        (options.CheckpointPath, options.CancellationToken) = (folder["search.ckpt"], source.Token);
        options.Progress = new Listener<SearchProgress>(progress =>
        {
            if (progress.Step == 2)
                source.Cancel();
        });
        Assert.ThrowsAny<OperationCanceledException>(() => Pipeline(options).Fit(tiny.Data(ml)));
        Assert.True(File.Exists(options.CheckpointPath));

        var steps = new List<int>();
        (options.CancellationToken, options.Progress) = (default, new Listener<SearchProgress>(progress => Note(steps, progress)));
        using var resumed = Pipeline(options).Fit(tiny.Data(ml));
        Assert.Equal([3, 4], steps);
        Assert.Equal(whole.LastTransformer.Plan.ToJson(), resumed.LastTransformer.Plan.ToJson());
        Assert.False(File.Exists(options.CheckpointPath));
    }

    [Fact]
    public void Without_a_column_of_answers_the_unreduced_model_is_asked()
    {
        var options = Options();
        options.AnswerColumnName = "NoSuchColumn";
        Assert.ThrowsAny<ArgumentException>(() => Pipeline(options).Fit(tiny.Data(ml)));
        options.Objective = SearchObjective.UnreducedModel;
        using var model = Pipeline(options).Fit(tiny.Data(ml));
        Assert.Equal(1, model.LastTransformer.Report!.UnreducedAccuracy);
    }

    [Fact]
    public void Families_come_from_their_column_and_the_report_tells_what_each_lost()
    {
        var options = Options();
        (options.FamilyColumnName, options.Constraints.FamilyDrop) = (nameof(VqaRow.Family), 0.1);
        using var model = Pipeline(options).Fit(tiny.Data(ml));
        var report = model.LastTransformer.Report!;
        Assert.Equal(0.1, report.FamilyDropLimit);
        Assert.NotEmpty(report.FamilyDrops);
        Assert.All(report.FamilyDrops.Keys, family => Assert.Contains(tiny.Rows, row => row.Family == family));
    }

    [Fact]
    public void A_found_plan_is_a_warm_start_for_a_tighter_one()
    {
        using var loose = Pipeline(Options()).Fit(tiny.Data(ml));
        var options = Options();
        (options.WarmStart, options.Constraints.MeanVisualTokens) = (loose.LastTransformer.Plan, 4);
        using var tight = Pipeline(options).Fit(tiny.Data(ml));
        Assert.InRange(tight.LastTransformer.Plan.Ledger.Mean, 1, 4);
    }

    [Fact]
    public void A_front_is_a_transformer_for_each_of_its_constraints_and_all_have_the_same_weights()
    {
        var steps = new List<int>();
        var options = Options();
        options.Progress = new Listener<SearchProgress>(progress => Note(steps, progress));
        var data = tiny.Load(ml).Fit(tiny.Data(ml)).Transform(tiny.Data(ml));

        var front = ml.VisionLanguage().OperatorSearch(options).FitFront(data, [new() { MeanVisualTokens = 4 }, new() { MeanVisualTokens = 3 }]);

        Assert.Equal([6.0, 4.0, 3.0], front.Select(model => model.Report!.Constraints.Single().Limit));
        Assert.All(front, model => Assert.True(model.Plan.Ledger.Mean <= model.Report!.Constraints.Single().Limit));
        Assert.InRange(steps.Count, 5, 7); // of 4 for one plan; each plan's part is rounded
        Assert.All(front, model => Assert.Same(TinyModel.Torch(front[0]).Model, TinyModel.Torch(model).Model));
        front[0].Dispose();
        Assert.NotEmpty(TinyModel.Answers(ml, front[2].Transform(data)));
        foreach (var model in front)
            model.Dispose();
    }

    [Fact]
    public void A_front_whose_constraints_do_not_fit_together_is_refused_and_leaves_nothing_behind()
    {
        Pipeline(Options()).Fit(tiny.Data(ml)).Dispose(); // what is made once (literals) is made now
        var data = tiny.Load(ml).Fit(tiny.Data(ml)).Transform(tiny.Data(ml));
        var search = ml.VisionLanguage().OperatorSearch(Options());
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        Expect.Error(EosErrors.InvalidOption, () => search.FitFront(data, [new() { MacsRatio = 0.9 }]), "limits of different kinds");
        Expect.Error(EosErrors.InvalidOption, () => search.FitFront(data, [new()]), "at least one of Constraints.MeanVisualTokens");
        Expect.Error(EosErrors.InvalidOption, () => search.FitFront(data, [new() { MeanVisualTokens = 0 }]), "Constraints.MeanVisualTokens is 0");
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(1000)]
    public void A_budget_that_makes_no_sense_is_an_error_with_a_code(double budget)
    {
        var options = Options();
        options.Constraints.MeanVisualTokens = budget;

        var error = Assert.Throws<EosException>(() => Pipeline(options).Fit(tiny.Data(ml)));

        Assert.Contains(error.Code, new[] { EosErrors.InvalidOption, EosErrors.InfeasibleBudget });
    }

    public static TheoryData<string, Action<OperatorSearchOptions>> Wrong => new()
    {
        { "at least one of Constraints.MeanVisualTokens", options => options.Constraints.MeanVisualTokens = null },
        { "Constraints.MeanVisualTokens is 0", options => options.Constraints.MeanVisualTokens = 0 },
        { "Constraints.MacsRatio is 2", options => options.Constraints.MacsRatio = 2 },
        { "Constraints.FamilyDrop is -1", options => options.Constraints.FamilyDrop = -1 },
        { "expected LatencyTable", options => options.Constraints.LatencyMs = 2 },
        { "LatencyTextTokens is 0", options => options.LatencyTextTokens = 0 },
        { "LatencyBatch is 0", options => options.LatencyBatch = 0 },
        { "Steps is -1", options => options.Steps = -1 },
        { "MicroBatch is 0", options => options.MicroBatch = 0 },
        { "RecomputedLayers is 0", options => options.RecomputedLayers = 0 },
        { "Sites is an empty list", options => options.Sites = [] },
        { "Scores is Random", options => options.Scores = [ScoreCriterion.Random] },
        { "Frozen.Transfer is 2", options => options.Frozen = new() { Transfer = 2 } },
        { "Objective is 7", options => options.Objective = (SearchObjective)7 },
        { "CheckpointPath is empty", options => options.CheckpointPath = "" },
        { "ValidationFraction is 1", options => options.ValidationFraction = 1 },
        { "AnswerBatchSize is 0", options => options.AnswerBatchSize = 0 },
        { "DataType is 9", options => options.DataType = (Tensors.ModelDataType)9 },
        { "are not all different", options => options.ScoreColumnName = options.PredictedAnswerColumnName },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_whatever_the_model_is_said_when_the_estimator_is_made(string why, Action<OperatorSearchOptions> change)
    {
        var options = new OperatorSearchOptions { ModelPath = "no-model", Constraints = { MeanVisualTokens = 6 } };
        ml.VisionLanguage().OperatorSearch(options); // is made without one
        change(options);
        Expect.Error(EosErrors.InvalidOption, () => ml.VisionLanguage().OperatorSearch(options), why);
    }

    [Fact]
    public void The_short_form_checks_its_budget_too() =>
        Expect.Error(EosErrors.InvalidOption, () => ml.VisionLanguage().OperatorSearch("no-model", 0), "Constraints.MeanVisualTokens is 0");

    [Fact]
    public void What_only_the_model_can_tell_has_the_options_name_too()
    {
        var options = Options();
        options.Constraints.MeanVisualTokens = 1000;
        Expect.Error(EosErrors.InvalidOption, () => Pipeline(options).Fit(tiny.Data(ml)), "Constraints.MeanVisualTokens is 1000; expected above 0 and at most 16");
    }

    [Fact]
    public void A_search_in_bfloat16_gives_the_same_plan_twice_and_its_model_answers_so_after_loading()
    {
        var options = Options();
        options.DataType = Tensors.ModelDataType.BFloat16;
        using var first = Pipeline(options).Fit(tiny.Data(ml));
        using var second = Pipeline(options).Fit(tiny.Data(ml));
        Assert.Equal(first.LastTransformer.Plan.ToJson(), second.LastTransformer.Plan.ToJson());
        Assert.Equal("bfloat16", first.LastTransformer.Plan.Provenance!.DataType);
        ml.Model.Save(first, tiny.Data(ml).Schema, folder["half.zip"]);
        using var loaded = (IDisposable)ml.Model.Load(folder["half.zip"], out _);
        var transformer = ((TransformerChain<ITransformer>)loaded).OfType<VisionLanguageTransformer>().Single();
        Assert.Equal(TorchSharp.torch.ScalarType.BFloat16, TinyModel.Torch(transformer).Model.DataType);
        Assert.Equal(Answers(first), Answers((ITransformer)loaded));

        IEnumerable<(string, float)> Answers(ITransformer model) => TinyModel.Answers(ml, model.Transform(tiny.Data(ml))).Select(row => (row.PredictedAnswer, row.Score));
    }

    [Fact]
    public void What_a_search_reports_of_answers_in_8_bits_was_measured_in_8_bits()
    {
        if (!tiny.AnswersInInt8)
            return;
        var options = Options();
        options.DataType = Tensors.ModelDataType.Int8;
        using var model = Pipeline(options).Fit(tiny.Data(ml));
        var (report, engine) = (model.LastTransformer.Report!, TinyModel.Torch(model.LastTransformer));
        Assert.Equal(("Float32", "Int8 with Float32", "Int8 with Float32"), (report.SearchedForm, report.MeasuredForm, engine.Model.Form));
    }

    [Theory]
    [InlineData(Tensors.ModelDataType.Float32, true)]
    [InlineData(Tensors.ModelDataType.Int8, false)]
    public void The_weights_are_read_again_for_answers_only_where_those_have_another_form(Tensors.ModelDataType type, bool same)
    {
        if (type == Tensors.ModelDataType.Int8 && !tiny.AnswersInInt8)
            return;
        var request = ml.VisionLanguage().Builder("test", new AnswerOptions { ModelPath = tiny.ModelPath, DataType = type }).Request;
        var searched = TorchProvider.Load(request, ModelUse.Search);
        using var answering = TorchProvider.InAnswerForm(searched, request);
        Assert.Equal(same, ReferenceEquals(searched, answering));
        Assert.True(answering.HasAnswerForm);
    }

    [Theory]
    [InlineData(Tensors.ModelDataType.Float32, TorchSharp.torch.ScalarType.Float32)]
    [InlineData(Tensors.ModelDataType.Float16, TorchSharp.torch.ScalarType.Float16)]
    [InlineData(Tensors.ModelDataType.Auto, TorchSharp.torch.ScalarType.Float32)]
    public void Answers_are_computed_in_the_type_that_is_asked_for(Tensors.ModelDataType type, TorchSharp.torch.ScalarType expected)
    {
        using var model = tiny.Fit(ml, options => options.DataType = type);
        Assert.Equal(expected, TinyModel.Torch(model.LastTransformer).Model.DataType);
        Assert.Equal(tiny.Rows.Count, TinyModel.Answers(ml, model.Transform(tiny.Data(ml))).Count(row => float.IsFinite(row.Score)));
    }

    [Theory]
    [InlineData(EosErrors.FileMissing, null)]
    [InlineData(EosErrors.PlanFile, "no plan")]
    public void A_plan_that_cannot_be_read_is_said_when_the_estimator_is_made(string code, string? content)
    {
        var path = folder["answer.plan.json"];
        if (content is not null)
            File.WriteAllText(path, content);
        Expect.Error(code, () => ml.VisionLanguage().Answer("no-model", path), path);
    }

    [Fact]
    public void A_row_that_lacks_something_is_EOS1011_and_says_which()
    {
        var rows = tiny.Rows.Select((row, i) => new VqaRow { ImagePath = row.ImagePath, Question = row.Question, Answer = i == 4 ? "" : row.Answer });

        Expect.Error(EosErrors.DatasetRow, () => Pipeline(Options()).Fit(ml.Data.LoadFromEnumerable(rows)), "Row 5", "Answer");
    }

    [Fact]
    public void No_rows_are_EOS1012() =>
        Expect.Error(EosErrors.EmptyDataset, () => Pipeline(Options()).Fit(ml.Data.LoadFromEnumerable(Array.Empty<VqaRow>())));

    [Fact]
    public void A_model_that_is_not_there_is_EOS1001()
    {
        var options = Options();
        options.ModelPath = tiny["nowhere"];

        Expect.Error(EosErrors.FileMissing, () => Pipeline(options).Fit(tiny.Data(ml)), "nowhere");
    }

    public void Dispose() => folder.Dispose();

    private OperatorSearchOptions Options() => new()
    {
        ModelPath = tiny.ModelPath,
        Constraints = { MeanVisualTokens = 6 },
        Steps = 4,
        BatchSize = 4,
        MaxNewTokens = 6,
        ValidationFraction = 0.3,
    };

    // What the stage in front of the search makes of the last rows.
    private IDataView Held(int rows = 12) =>
        tiny.Load(ml).Fit(tiny.Data(ml)).Transform(ml.Data.LoadFromEnumerable(tiny.Rows.TakeLast(rows)));

    private EstimatorChain<VisionLanguageTransformer> Pipeline(OperatorSearchOptions options) => tiny.Load(ml).Append(ml.VisionLanguage().OperatorSearch(options));

    private static void Note(List<int> steps, SearchProgress progress)
    {
        if (progress.Phase == SearchPhase.Steps)
            steps.Add(progress.Step);
    }
}
