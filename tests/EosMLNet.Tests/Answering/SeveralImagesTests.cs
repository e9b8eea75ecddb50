using EosMLNet.Execution;
using EosMLNet.Models;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace EosMLNet.Tests.Answering;

/// <summary>A column of vectors of paths: any number of images a row.</summary>
public sealed class SeveralImagesTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Theory]
    [InlineData(0)]
    [InlineData(1 << 20)]
    public void An_answer_is_the_core_librarys(long cacheBytes)
    {
        Row[] rows = [Ask("what?", 0, 1), Ask("what colour is it?", 1, 0), Ask("how many?", 2), Ask("how many?", 3, 3, 4), Ask("what?", 0, 1)];
        using var model = Fit(rows, cacheBytes);

        var answers = TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(rows)));

        using var core = LlavaModel.Load(tiny.ModelPath);
        using var reduced = new ReducedModel(core, ReductionPlan.Load(tiny.Plan()));
        Assert.Equal(rows.Select(Core), answers.Select(answer => answer.PredictedAnswer));
        Assert.True(answers.Select(answer => answer.PredictedAnswer).Distinct().Count() > 1, "the model answers everything alike");
        using var engine = ml.VisionLanguage().CreatePredictionEngine<Row, VqaAnswer>(model);
        Same.Answers(answers, [.. rows.Select(engine.Predict)]);

        string Core(Row row)
        {
            IReadOnlyList<RgbImage> images = [.. row.Image.Select(RgbImage.Decode)];
            using var batch = PromptBatch.Create(core, [(images, row.Question)], reduced.Plan);
            return core.Processor!.Decode(reduced.Generate(batch, 6).Ids[0]);
        }
    }

    [Fact]
    public void One_path_is_answered_as_one_image()
    {
        using var scalar = tiny.Fit(ml);
        Row[] rows = [.. tiny.Rows.Select(row => new Row { Image = [Path.Combine(tiny.ImageFolder, row.ImagePath)], Question = row.Question })];
        using var model = Fit(rows);

        Same.Answers(TinyModel.Answers(ml, scalar.Transform(tiny.Data(ml))), TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(rows))));
    }

    [Fact]
    public void A_row_without_images_has_no_answer_and_one_with_an_empty_path_among_others_is_refused()
    {
        Row[] rows = [Ask("what?", 0, 1), new() { Question = "what?" }, new() { Image = ["", ""], Question = "what?" }];
        using var model = Fit(rows);
        var answers = TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(rows)));
        Assert.Equal([false, true, true], answers.Select(answer => float.IsNaN(answer.Score)));
        Assert.Equal(["", ""], answers.Skip(1).Select(answer => answer.PredictedAnswer));

        Fails(EosErrors.DatasetRow, "Row 2", "2 paths of images, 1 of them empty", new Row { Image = [At(0), ""], Question = "what?" });
        Fails(EosErrors.DatasetRow, "Row 2", "does not exist", new Row { Image = [At(0), "gone.png"], Question = "what?" });
        File.WriteAllText(tiny["text.png"], "not an image");
        Fails(EosErrors.UnreadableImage, "Row 2", "text.png", new Row { Image = [At(0), tiny["text.png"]], Question = "what?" });

        void Fails(string code, string row, string what, Row bad)
        {
            var view = model.Transform(ml.Data.LoadFromEnumerable([rows[0], bad]));
            var fault = Assert.Throws<EosException>(() => view.GetColumn<string>("PredictedAnswer").ToList());
            Assert.Equal(code, fault.Code);
            Assert.Contains(row, fault.Message);
            Assert.Contains(what, fault.Message);
        }
    }

    [Fact]
    public void A_saved_model_takes_vectors_of_a_known_size()
    {
        Row[] rows = [Ask("what?", 0, 1), Ask("how many?", 2, 4)];
        using var model = Fit(rows);
        ml.Model.Save(model, ml.Data.LoadFromEnumerable(rows).Schema, tiny["several.zip"]);
        using var loaded = ml.VisionLanguage().LoadAnswering(tiny["several.zip"]);
        Pair[] pairs = [.. rows.Select(row => new Pair { Image = row.Image, Question = row.Question })];

        Same.Answers(
            TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(rows))), TinyModel.Answers(ml, loaded.Transform(ml.Data.LoadFromEnumerable(pairs))));
    }

    [Fact]
    public void A_search_takes_them_and_metrics_draw_rows_with_a_common_image_together()
    {
        Row[] rows = [Ask("what?", 0, 1), Ask("how many?", 2, 3), Ask("what?", 4), Ask("how many?", 5, 4)];
        var options = new OperatorSearchOptions { ModelPath = tiny.ModelPath, Constraints = { MeanVisualTokens = 6 }, Steps = 1, BatchSize = 2 };
        var data = ml.Data.LoadFromEnumerable(rows);
        using var model = ml.VisionLanguage().OperatorSearch(options).Fit(data);
        Assert.True(model.Plan.Ledger.Mean <= 6);

        var metrics = ml.VisionLanguage().Evaluate(model.Transform(data), imageColumnName: "Image");
        Assert.Equal((4, 0.0), (metrics.RowCount, metrics.DifferenceFrom(metrics).Difference));
    }

    [Fact]
    public void The_images_of_several_columns_are_asked_about_in_their_order()
    {
        Row[] rows = [Ask("what?", 0, 1), Ask("what colour is it?", 1, 0), Ask("how many?", 2), Ask("how many?", 3, 3, 4)];
        using var model = Fit(rows);
        var expected = TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(rows)));
        Assert.True(expected.Select(answer => answer.PredictedAnswer).Distinct().Count() > 1, "the model answers everything alike");
        Columns[] apart = [.. rows.Select(row => new Columns { First = MLImage.CreateFromFile(row.Image[0]), More = row.Image[1..], Question = row.Question })];
        var data = ml.Data.LoadFromEnumerable(apart);
        using var two = ml.VisionLanguage().Answer(Options("First", "More")).Fit(data);

        Same.Answers(expected, TinyModel.Answers(ml, two.Transform(data)));

        using var engine = ml.VisionLanguage().CreatePredictionEngine<Columns, VqaAnswer>(two);
        Same.Answers(expected, [.. apart.Select(engine.Predict)]);
        ml.Model.Save(two, data.Schema, tiny["columns.zip"]);
        using var loaded = ml.VisionLanguage().LoadAnswering(tiny["columns.zip"]);
        Same.Answers(expected, TinyModel.Answers(ml, loaded.Transform(data)));
        var search = new OperatorSearchOptions
        {
            ModelPath = tiny.ModelPath, Constraints = { MeanVisualTokens = 6 }, Steps = 1, BatchSize = 2, ImageColumnNames = ["First", "More"],
        };
        using var searched = ml.VisionLanguage().OperatorSearch(search).Fit(data);
        Assert.True(searched.Plan.Ledger.Mean <= 6);
        Array.ForEach(apart, row => row.First!.Dispose());
    }

    [Fact]
    public void A_row_is_missing_only_where_no_column_has_an_image()
    {
        using var image = MLImage.CreateFromFile(At(0));
        var data = ml.Data.LoadFromEnumerable<Columns>(
            [new() { First = image, Question = "what?" }, new() { More = [At(0)], Question = "what?" }, new() { Question = "what?" }]);
        using var model = ml.VisionLanguage().Answer(Options("First", "More")).Fit(data);
        var answers = TinyModel.Answers(ml, model.Transform(data));
        Assert.Equal([false, false, true], answers.Select(answer => float.IsNaN(answer.Score)));
        Assert.Equal(answers[0].PredictedAnswer, answers[1].PredictedAnswer);
    }

    [Theory]
    [InlineData("First", "First")]
    [InlineData("First", "")]
    public void Columns_without_a_name_or_named_twice_are_refused(params string[] names) =>
        Assert.Equal(EosErrors.InvalidOption, Assert.Throws<EosException>(() => ml.VisionLanguage().Answer(Options(names))).Code);

    [Fact]
    public void A_column_that_is_not_there_is_named()
    {
        var data = ml.Data.LoadFromEnumerable<Columns>([new() { More = [At(0)], Question = "what?" }]);
        var fault = Assert.ThrowsAny<Exception>(() => ml.VisionLanguage().Answer(Options("More", "Third")).Fit(data));
        Assert.Contains("'Third'", fault.Message);
    }

    private AnswerOptions Options(params string[] columns) => new()
    {
        ModelPath = tiny.ModelPath, PlanPath = tiny.Plan(), MaxNewTokens = 6, AnswerBatchSize = 2, ImageColumnNames = columns,
    };

    private VisionLanguageTransformer Fit(Row[] rows, long cacheBytes = 0) => ml.VisionLanguage().Answer(new AnswerOptions
    {
        ModelPath = tiny.ModelPath, PlanPath = tiny.Plan(), MaxNewTokens = 6, AnswerBatchSize = 2, ImageCacheBytes = cacheBytes,
    }).Fit(ml.Data.LoadFromEnumerable(rows));

    private Row Ask(string question, params int[] images) => new() { Image = [.. images.Select(At)], Question = question };

    private string At(int image) => Path.Combine(tiny.ImageFolder, $"{image}.png");

    private sealed class Row
    {
        public string[] Image { get; set; } = [];

        public string Question { get; set; } = "";

        public string Answer { get; set; } = "red";
    }

    private sealed class Columns
    {
        [ImageType(56, 56)]
        public MLImage? First { get; set; }

        public string[] More { get; set; } = [];

        public string Question { get; set; } = "";

        public string Answer { get; set; } = "red";
    }

    private sealed class Pair
    {
        [VectorType(2)]
        public string[] Image { get; set; } = [];

        public string Question { get; set; } = "";
    }
}
