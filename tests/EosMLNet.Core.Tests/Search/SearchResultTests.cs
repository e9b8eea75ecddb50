using EosMLNet.Models;
using EosMLNet.Search;
using EosMLNet.Tensors;
using EosMLNet.Tests.Images;
using EosMLNet.Tests.Latency;
using EosMLNet.Tests.Models;

namespace EosMLNet.Tests.Search;

/// <summary>Results that are measured once more, with the model in the form that answers.</summary>
public sealed class SearchResultTests : IDisposable
{
    private static readonly SearchSettings Settings = new()
    {
        Constraints = new() { MeanVisualTokens = 15.9 }, Objective = SearchObjective.UnreducedModel, Steps = 2, BatchSize = 1, SnapToCorners = false, TryCounts = false,
    };

    private readonly TemporaryFolder folder = new();
    private readonly VqaDataset data;

    public SearchResultTests()
    {
        foreach (var file in Directory.GetFiles(GoldenFiles.TinyLlava))
            File.Copy(file, folder[Path.GetFileName(file)]);
        BpeTrainer.Train(["what is it?"], 290).Save(folder.Path);
        File.WriteAllBytes(folder["a.png"], PngBytes.Make(1, 1, PngBytes.Gray, [1]));
        data = VqaDataset.LoadTsv(folder.Write("rows.tsv", "ImagePath\tQuestion\tAnswer\tFamily\na.png\twhat is it?\t\tone\na.png\twhat?\t\tother\n"), folder.Path, answers: false);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Answers_in_8_bits_are_measured_on_the_questions_of_the_search_after_its_model_has_gone()
    {
        if (!CpuSpeed.HasInt8)
            return;
        OutlierModel.Make(folder.Path);
        var searched = Search(ModelDataType.Int8, Settings);
        using var model = LlavaModel.Load(folder.Path, ModelDataType.Int8);
        var found = searched.AsAnsweredBy(model);
        Assert.Equal(("Float32", "Float32"), (searched.Report.SearchedForm, searched.Report.MeasuredForm));
        Assert.Equal(("Float32", "Int8 with Float32"), (found.Report.SearchedForm, found.Report.MeasuredForm));
        Assert.Equal((searched.Report.ValidationAccuracy, searched.Report.UnreducedAccuracy), (found.Report.SearchedAccuracy, found.Report.UnreducedAccuracy));
        Assert.Equal((2, 0), (found.Report.ValidationQuestions, found.Report.ValidationAccuracy)); // 8 bits leave nothing of this model
        Assert.Equal(found.Report.UnreducedAccuracy, found.Report.FamilyDrops.Values.Average());
        Assert.Same(searched.Plan, found.Plan);
        Assert.Same(found, found.AsAnsweredBy(model));
    }

    [Fact]
    public void Where_answers_have_the_form_of_the_search_nothing_is_measured_again()
    {
        var searched = Search(ModelDataType.Float32, Settings);
        using var model = LlavaModel.Load(folder.Path, ModelDataType.Float32);
        Assert.Same(searched, searched.AsAnsweredBy(model));
    }

    [Fact]
    public void Prefill_is_timed_with_the_model_that_answers()
    {
        if (!OneDnn.Packs(TorchSharp.torch.ScalarType.BFloat16))
            return;
        using var model = LlavaModel.Load(folder.Path, ModelDataType.BFloat16);
        var limits = Settings.Constraints with { Latency = LatencySample.Random(model.ToPlanModel(), 1).For(model), LatencyTextTokens = 32, MeasureLatency = true };
        var searched = Search(ModelDataType.BFloat16, Settings with { Constraints = limits });
        Assert.Null(searched.Report.Latency);
        Assert.True(searched.AsAnsweredBy(model).Report.Latency!.MeasuredMs > 0);
    }

    [Fact]
    public void Another_model_is_refused_and_so_is_a_result_without_its_questions()
    {
        var searched = Search(ModelDataType.Float32, Settings);
        OutlierModel.Make(folder.Path);
        using var other = LlavaModel.Load(folder.Path, ModelDataType.Float64);
        Expect.Error(EosErrors.PlanMismatch, () => searched.AsAnsweredBy(other));
        Expect.Error(EosErrors.InvalidOption, () => new SearchResult(searched.Plan, searched.Report).AsAnsweredBy(other), "read from files");
    }

    [Fact]
    public void An_engine_of_another_kind_is_given_prompts_and_images_and_its_answers_are_compared_with_the_expected_ones()
    {
        var builder = new VqaDataset.Builder();
        foreach (var row in data.Examples)
            builder.Add(data.Images[0], row.Question, row.Family, row.Family); // the answer is the family's name
        using var model = LlavaModel.Load(folder.Path, ModelDataType.Float32, use: ModelUse.Search);
        var questions = builder.Build();
        var searched = new OperatorSearch(model, Settings with { Objective = SearchObjective.Answers }).Run(questions, questions);
        var right = model.Processor!.EncodeAnswer("one");
        Assert.Equal(model.EosTokenIds[0], right[^1]);

        var found = searched.AsAnsweredElsewhere("somebody else", (prompts, longest) =>
        {
            Assert.Equal(questions.Examples.Select(row => model.Processor.EncodePrompt(row.Question, images: 1)), prompts.Select(one => one.Prompt));
            Assert.All(prompts, one => Assert.Same(questions.Images[0], Assert.Single(one.Images)));
            Assert.Equal(questions.Examples.Max(row => model.Processor.EncodeAnswer(row.Answer).Length), longest);
            return [.. prompts.Select(_ => right[..^1])];
        }).Report;
        Assert.Equal(("somebody else", 0.5), (found.MeasuredForm, found.ValidationAccuracy));
        Assert.Equal(searched.Report.UnreducedAccuracy - 0.5, found.FamilyDrops.Values.Average(), 1e-9);
        Assert.True(found.FamilyDrops["one"] <= 0 && found.FamilyDrops["other"] >= 0);

        var longer = searched.AsAnsweredElsewhere("a babbler", (prompts, _) => [.. prompts.Select(_ => (int[])[.. right[..^1], 5])]);
        Assert.Equal(0, longer.Report.ValidationAccuracy);
        Expect.Error(EosErrors.InvalidOption, () => new SearchResult(searched.Plan, searched.Report).AsAnsweredElsewhere("nobody", (_, _) => []), "read from files");
    }

    private SearchResult Search(ModelDataType type, SearchSettings settings)
    {
        using var model = LlavaModel.Load(folder.Path, type, use: ModelUse.Search);
        return new OperatorSearch(model, settings).Run(data, data);
    }
}
