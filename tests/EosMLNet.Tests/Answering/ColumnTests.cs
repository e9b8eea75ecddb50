using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Tests.Answering;

public class ColumnTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Images_are_not_decoded_when_no_answer_is_asked_for()
    {
        using var model = tiny.Fit(ml);
        var view = model.Transform(ml.Data.LoadFromEnumerable([new VqaRow { ImagePath = "no such file.png", Question = "what?" }]));

        Assert.Equal(["what?"], view.GetColumn<string>("Question"));
        Assert.Equal([(float)model.LastTransformer.Plan.Ledger.Mean], view.GetColumn<float>("VisualTokens"));
        Assert.ThrowsAny<Exception>(() => view.GetColumn<string>("PredictedAnswer").ToList());
    }

    [Fact]
    public void Each_image_is_decoded_once_even_when_it_is_passed_through()
    {
        using var answering = tiny.Fit(ml).LastTransformer;
        var decoded = 0;
        var images = ml.Data.LoadFromEnumerable(CountedImages());

        var rows = ml.Data.CreateEnumerable<ImageRow>(answering.Transform(images), reuseRowObject: false).ToList();

        Assert.Equal(tiny.Rows.Count, decoded);
        Assert.Equal(tiny.Rows.Select(row => row.Question), rows.Select(row => row.Question));
        for (var i = 0; i < rows.Count; i++) // kept beyond the cursor, so they belong to the reader
            using (var expected = TinyModel.Noise(i))
                Assert.True(expected.Pixels.SequenceEqual(rows[i].Image!.Pixels));

        IEnumerable<ImageRow> CountedImages()
        {
            foreach (var row in tiny.Rows)
                yield return new ImageRow { Image = TinyModel.Noise(decoded++), Question = row.Question };
        }
    }

    [Fact]
    public void Images_of_the_callers_own_collection_stay_usable()
    {
        using var answering = tiny.Fit(ml).LastTransformer;
        var rows = tiny.Rows.Select((row, i) => new ImageRow { Image = TinyModel.Noise(i), Question = row.Question }).ToList();

        var first = TinyModel.Answers(ml, answering.Transform(ml.Data.LoadFromEnumerable(rows)));
        var second = TinyModel.Answers(ml, answering.Transform(ml.Data.LoadFromEnumerable(rows)));

        Same.Answers(first, second);
        Assert.All(rows, row => Assert.Equal(60, row.Image!.Width));
    }

    [Fact]
    public void Both_pixel_orders_mean_the_same_image()
    {
        using var answering = tiny.Fit(ml).LastTransformer;
        using var rgba = TinyModel.Noise(5);
        var swapped = rgba.Pixels.ToArray();
        for (var i = 0; i < swapped.Length; i += 4)
            (swapped[i], swapped[i + 2]) = (swapped[i + 2], swapped[i]);
        using var bgra = MLImage.CreateFromPixels(rgba.Width, rgba.Height, MLPixelFormat.Bgra32, swapped);

        var answers = TinyModel.Answers(ml, answering.Transform(ml.Data.LoadFromEnumerable(
            new[] { rgba, bgra }.Select(image => new ImageRow { Image = image, Question = "what colour is it?" }))));

        Same.Answers([answers[0]], [answers[1]]);
    }

    [Fact]
    public void Every_type_of_column_passes_through_in_order()
    {
        var rows = tiny.Rows.Select((row, i) => new WideRow { ImagePath = row.ImagePath, Question = row.Question, Number = i, Vector = [.. Enumerable.Range(0, i).Select(x => (float)x)], Time = new DateTime(2026, 1, i + 1) }).ToList();
        using var model = tiny.Fit(ml);

        var found = ml.Data.CreateEnumerable<WideRow>(model.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false).ToList();

        Assert.Equal(rows.Select(row => row.Number), found.Select(row => row.Number));
        Assert.Equal(rows.Select(row => row.Time), found.Select(row => row.Time));
        Assert.Equal(rows.Select(row => row.Question), found.Select(row => row.Question));
        Assert.Equal(rows.Select(row => row.Vector), found.Select(row => row.Vector));
    }

    [Fact]
    public void Shuffled_rows_keep_their_answers()
    {
        using var model = tiny.Fit(ml);
        var expected = tiny.Rows.Select(row => row.ImagePath + row.Question).Zip(TinyModel.Answers(ml, model.Transform(tiny.Data(ml)))).ToDictionary(x => x.First, x => x.Second.PredictedAnswer);
        var shuffled = model.Transform(ml.Data.ShuffleRows(tiny.Data(ml), seed: 3));

        var questions = shuffled.GetColumn<string>("ImagePath").Zip(shuffled.GetColumn<string>("Question"), (image, question) => image + question).ToList();

        Assert.NotEqual(expected.Keys, questions);
        Assert.Equal(questions.Select(question => expected[question]), shuffled.GetColumn<string>("PredictedAnswer"));
    }

    [Fact]
    public void Columns_take_the_names_they_are_given()
    {
        using var model = tiny.Fit(ml, options => (options.PredictedAnswerColumnName, options.ScoreColumnName, options.VisualTokensColumnName) = ("Question", "Sure", "Tokens"));
        var view = model.Transform(tiny.Data(ml));

        Assert.NotNull(view.Schema.GetColumnOrNull("Sure"));
        Assert.NotNull(view.Schema.GetColumnOrNull("Tokens"));
        Assert.NotEqual(tiny.Rows.Select(row => row.Question), view.GetColumn<string>("Question")); // hidden by the answer, as everywhere in ML.NET
    }

    private sealed class ImageRow
    {
        [Microsoft.ML.Transforms.Image.ImageType(60, 60)]
        public MLImage? Image { get; set; }

        public string Question { get; set; } = "";
    }

    private sealed class WideRow
    {
        public string ImagePath { get; set; } = "";

        public string Question { get; set; } = "";

        public int Number { get; set; }

        public float[] Vector { get; set; } = [];

        public DateTime Time { get; set; }
    }
}
