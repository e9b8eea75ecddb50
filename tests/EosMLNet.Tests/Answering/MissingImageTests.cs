using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Tests.Answering;

/// <summary>
/// Rows whose image is not there, or is none: a code and the row, wherever the image is read; an empty path is an empty answer.
/// </summary>
public sealed class MissingImageTests : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TinyModel tiny;
    private readonly TemporaryFolder folder = new();

    public MissingImageTests(TinyModel tiny)
    {
        this.tiny = tiny;
        File.Copy(Path.Combine(tiny.ImageFolder, "0.png"), folder["0.png"]);
        File.WriteAllText(folder["text.png"], "not an image");
        var whole = File.ReadAllBytes(folder["0.png"]);
        File.WriteAllBytes(folder["cut.png"], whole[..(whole.Length / 2)]);
        Directory.CreateDirectory(folder["folder.png"]);
    }

    public static TheoryData<string, string, Type?> Faults => new()
    {
        { "gone.png", EosErrors.DatasetRow, typeof(FileNotFoundException) },
        { "no/such/folder.png", EosErrors.DatasetRow, typeof(DirectoryNotFoundException) },
        { "folder.png", EosErrors.FileMissing, typeof(UnauthorizedAccessException) },
        { "text.png", EosErrors.UnreadableImage, typeof(ArgumentException) },
        { "cut.png", EosErrors.UnreadableImage, typeof(EosException) },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void The_fault_has_a_code_and_the_row(string path, string code, Type? inner)
    {
        using var model = Fit();
        var data = Data("0.png", "0.png", path, "0.png");
        var view = model.Transform(data);
        Assert.Equal(inner, Fails(code, "Row 3", () => view.GetColumn<string>("PredictedAnswer").ToList()).InnerException?.GetType());
        Fails(code, "Row 3", () => Enumerate(view)); // with the image passed through
        using var engine = ml.VisionLanguage().CreatePredictionEngine<VqaRow, VqaAnswer>(model);
        Fails(code, "Row 1", () => engine.Predict(new VqaRow { ImagePath = path, Question = "what?" }));
    }

    [Fact]
    public void A_search_says_it_too()
    {
        var search = ml.Transforms.LoadImages("Image", folder.Path, "ImagePath")
            .Append(ml.VisionLanguage().OperatorSearch(new OperatorSearchOptions { ModelPath = tiny.ModelPath, Constraints = { MeanVisualTokens = 6 }, Steps = 1 }));
        Fails(EosErrors.DatasetRow, "Row 2", () => search.Fit(Data("0.png", "gone.png")));
        Fails(EosErrors.UnreadableImage, "Row 1", () => search.Fit(Data("cut.png", "0.png")));
    }

    [Fact]
    public void Rows_in_front_of_the_fault_are_answered()
    {
        using var model = Fit();
        var view = model.Transform(Data("0.png", "0.png", "gone.png"));
        using var cursor = view.GetRowCursor([view.Schema["PredictedAnswer"]]);
        Assert.True(cursor.MoveNext());
        Assert.True(cursor.MoveNext());
        Fails(EosErrors.DatasetRow, "Row 3", () => cursor.MoveNext());
    }

    [Fact]
    public void An_empty_path_is_an_empty_answer_without_a_score()
    {
        using var model = Fit();
        var answers = TinyModel.Answers(ml, model.Transform(Data("0.png", "", "0.png")));
        Assert.Equal(("", float.NaN), (answers[1].PredictedAnswer, answers[1].Score));
        Assert.False(float.IsNaN(answers[0].Score) || float.IsNaN(answers[2].Score));
    }

    [Fact]
    public void What_a_program_s_own_stage_throws_is_left_as_it_is()
    {
        using var answering = tiny.Fit(ml).LastTransformer;
        var rows = tiny.Load(ml).Append(ml.Transforms.CustomMapping<VqaRow, Mapped>((from, to) => throw new NotSupportedException("mine"), contractName: null)).Fit(tiny.Data(ml)).Transform(tiny.Data(ml));
        var view = answering.Transform(ml.Transforms.CopyColumns("Question", nameof(Mapped.Other)).Fit(rows).Transform(rows));
        Assert.Contains("mine", Assert.ThrowsAny<Exception>(() => view.GetColumn<string>("PredictedAnswer").ToList()).ToString());
    }

    public void Dispose() => folder.Dispose();

    private TransformerChain<VisionLanguageTransformer> Fit() => ml.Transforms.LoadImages("Image", folder.Path, "ImagePath").Append(ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = tiny.ModelPath, MaxNewTokens = 2 })).Fit(Data("0.png"));

    private IDataView Data(params string[] paths) => ml.Data.LoadFromEnumerable(paths.Select(path => new VqaRow { ImagePath = path, Question = "what?", Answer = "red" }).ToArray());

    private static void Enumerate(IDataView view)
    {
        using var cursor = view.GetRowCursor(view.Schema);
        while (cursor.MoveNext())
        {
        }
    }

    private static EosException Fails(string code, string row, Action action)
    {
        var e = Assert.ThrowsAny<Exception>(action);
        for (; e is not EosException && e.InnerException is not null; e = e.InnerException)
        {
        }
        var fault = Assert.IsType<EosException>(e);
        Assert.Equal(code, fault.Code);
        Assert.Contains(row, fault.Message);
        return fault;
    }

    private sealed class Mapped
    {
        public string Other { get; set; } = "";
    }
}
