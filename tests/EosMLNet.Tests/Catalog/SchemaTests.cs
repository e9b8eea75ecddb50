using System.Reflection;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Tests.Catalog;

public class SchemaTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Theory]
    [InlineData(nameof(Complete.Image), "image")]
    [InlineData(nameof(Complete.Question), "question")]
    [InlineData(nameof(Complete.Answer), "answer")]
    public void A_missing_column_is_named_with_its_role(string column, string role)
    {
        var data = ml.Transforms.DropColumns(column).Fit(Empty<Complete>()).Transform(Empty<Complete>());

        Assert.All(Failures(data, answerMatters: role == "answer"), failure => Assert.Contains($"Could not find {role} column '{column}'", failure.Message));
    }

    [Fact]
    public void A_column_of_another_type_is_named_with_both_types()
    {
        Assert.All(Failures(Empty<ImageIsText>()), failure => Assert.Contains("Schema mismatch for image column 'Image': expected Image, or a vector of String with paths, got String", failure.Message));
        Assert.All(Failures(Empty<QuestionIsNumber>()), failure => Assert.Contains("Schema mismatch for question column 'Question': expected String, got Single", failure.Message));
        Assert.All(Failures(Empty<QuestionIsVector>()), failure => Assert.Contains("Schema mismatch for question column 'Question'", failure.Message));
    }

    [Fact]
    public void Estimators_promise_what_their_transformers_make()
    {
        var estimator = ml.VisionLanguage().Answer(tiny.ModelPath);
        using var model = estimator.Fit(Empty<Complete>());

        var promised = estimator.GetOutputSchema(Shape(Empty<Complete>().Schema));
        var made = model.GetOutputSchema(Empty<Complete>().Schema);

        foreach (var (name, type) in new (string, DataViewType)[] { ("PredictedAnswer", TextDataViewType.Instance), ("Score", NumberDataViewType.Single), ("VisualTokens", NumberDataViewType.Single) })
        {
            var column = Assert.Single(promised, c => c.Name == name);
            Assert.Equal((type, SchemaShape.Column.VectorKind.Scalar), (column.ItemType, column.Kind));
            Assert.Equal(type, made[name].Type);
        }
        Assert.Equal(promised.Select(c => c.Name).Order(), made.Select(c => c.Name).Order());
        Assert.Equal(made.Select(c => (c.Name, c.Type)), model.Transform(Empty<Complete>()).Schema.Select(c => (c.Name, c.Type)));
    }

    [Theory]
    [InlineData("answer batch size")]
    [InlineData("new tokens")]
    [InlineData("embedding")]
    [InlineData("column name")]
    [InlineData("two columns of one name")]
    [InlineData("validation fraction")]
    public void Options_out_of_range_are_EOS1013(string what)
    {
        var options = new OperatorSearchOptions { ModelPath = tiny.ModelPath, Constraints = { MeanVisualTokens = 4 } };
        switch (what)
        {
            case "answer batch size": options.AnswerBatchSize = 0; break;
            case "new tokens": options.MaxNewTokens = 0; break;
            case "embedding": options.EmbedWeightsUpTo = -1; break;
            case "column name": options.ImageColumnName = " "; break;
            case "two columns of one name": options.ScoreColumnName = options.VisualTokensColumnName; break;
            case "validation fraction": options.ValidationFraction = 1; break;
        }

        Expect.Error(EosErrors.InvalidOption, () => ml.VisionLanguage().OperatorSearch(options));
    }

    // Fit and GetOutputSchema of both estimators, GetOutputSchema and Transform of a transformer; the failures are marked as ML.NET's own.
    private IEnumerable<Exception> Failures(IDataView data, bool answerMatters = false)
    {
        var search = ml.VisionLanguage().OperatorSearch(tiny.ModelPath, 4);
        var answer = ml.VisionLanguage().Answer(tiny.ModelPath);
        using var model = answer.Fit(Empty<Complete>());
        List<Action> attempts = [() => search.Fit(data), () => search.GetOutputSchema(Shape(data.Schema))];
        if (!answerMatters)
            attempts.AddRange([() => answer.Fit(data), () => answer.GetOutputSchema(Shape(data.Schema)), () => model.GetOutputSchema(data.Schema), () => model.Transform(data)]);
        foreach (var attempt in attempts)
        {
            var failure = Assert.Throws<ArgumentOutOfRangeException>(attempt);
            Assert.True(failure.Data.Contains("ML_IsMarked"), "not marked by ML.NET's helpers");
            yield return failure;
        }
    }

    // Estimators get shapes from other estimators; from a schema ML.NET makes them internally only.
    private static SchemaShape Shape(DataViewSchema schema) =>
        (SchemaShape)typeof(SchemaShape).GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic)!.Invoke(null, [schema])!;

    private IDataView Empty<T>()
        where T : class, new() => ml.Data.LoadFromEnumerable(Array.Empty<T>());

    private sealed class Complete
    {
        [Microsoft.ML.Transforms.Image.ImageType(56, 56)]
        public MLImage? Image { get; set; }

        public string Question { get; set; } = "";

        public string Answer { get; set; } = "";
    }

    private sealed class ImageIsText
    {
        public string Image { get; set; } = "";

        public string Question { get; set; } = "";

        public string Answer { get; set; } = "";
    }

    private sealed class QuestionIsNumber
    {
        [Microsoft.ML.Transforms.Image.ImageType(56, 56)]
        public MLImage? Image { get; set; }

        public float Question { get; set; }

        public string Answer { get; set; } = "";
    }

    private sealed class QuestionIsVector
    {
        [Microsoft.ML.Transforms.Image.ImageType(56, 56)]
        public MLImage? Image { get; set; }

        public string[] Question { get; set; } = [];

        public string Answer { get; set; } = "";
    }
}
