using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace EosMLNet.Tests.Answering;

/// <summary>
/// Images that are passed through beside the answers (github.com/dotnet/machinelearning issue 4126 is about their disposal).
/// </summary>
public sealed class PassedImageTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    public void Images_of_a_program_s_own_list_are_handed_on_alive(int batchSize)
    {
        using var answering = Fit(batchSize);
        Ask[] rows = [.. Enumerable.Range(0, 5).Select(i => new Ask { Image = TinyModel.Noise(i), Question = "what?" })];

        var found = ml.Data.CreateEnumerable<Ask>(answering.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false).ToArray();

        Assert.All(rows, row => Assert.Equal(60, row.Image!.Width));
        for (var i = 0; i < rows.Length; i++)
            Assert.True(rows[i].Image!.Pixels.SequenceEqual(found[i].Image!.Pixels));
        Assert.All(rows.Zip(found).Skip(batchSize == 1 ? 2 : 0), pair => Assert.Same(pair.First.Image, pair.Second.Image)); // as ML.NET's own stages do, once it is seen that they last
    }

    [Fact]
    public void One_image_in_every_row_and_one_row_alone_live_on_too()
    {
        using var answering = Fit();
        using var image = TinyModel.Noise(1);
        foreach (var count in new[] { 1, 4 })
        {
            var rows = Enumerable.Range(0, count).Select(_ => new Ask { Image = image, Question = "what?" }).ToArray();
            var found = ml.Data.CreateEnumerable<Ask>(answering.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false).ToArray();
            Assert.All(found, row => Assert.True(image.Pixels.SequenceEqual(row.Image!.Pixels)));
            Assert.Equal(60, image.Width);
        }
    }

    [Fact]
    public void Rows_without_an_image_stay_without()
    {
        using var answering = Fit();
        using var image = TinyModel.Noise(1);
        Ask[] rows = [new() { Question = "what?" }, new() { Image = image, Question = "what?" }, new() { Question = "what?" }];

        var found = ml.Data.CreateEnumerable<Ask>(answering.Transform(ml.Data.LoadFromEnumerable(rows)), reuseRowObject: false).ToArray();

        Assert.Equal([true, false, true], found.Select(row => row.Image is null));
    }

    // A program that decodes, yields, and disposes when it is asked for the next: read ahead, its images are gone before they are replayed.
    [Fact]
    public void Images_that_their_program_disposes_as_it_goes_on_are_replayed_from_copies()
    {
        using var answering = Fit();

        var view = answering.Transform(ml.Data.LoadFromEnumerable(Streamed()));
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        MLImage image = null!;
        for (var i = 0; i < 7; i++)
        {
            Assert.True(cursor.MoveNext());
            getter(ref image);
            using var expected = TinyModel.Noise(i);
            Assert.True(expected.Pixels.SequenceEqual(image.Pixels), $"row {i}");
            getter(ref image); // asked again
            Assert.True(expected.Pixels.SequenceEqual(image.Pixels), $"row {i}");
        }
        Assert.False(cursor.MoveNext());

        static IEnumerable<Ask> Streamed()
        {
            for (var i = 0; i < 7; i++)
            {
                using var image = TinyModel.Noise(i);
                yield return new Ask { Image = image, Question = "what?" };
            }
        }
    }

    [Fact]
    public void Images_from_files_belong_to_the_consumer_who_hands_them_back()
    {
        using var model = tiny.Fit(ml);
        var view = model.Transform(tiny.Data(ml));
        using var cursor = view.GetRowCursor(view.Schema);
        var getter = cursor.GetGetter<MLImage>(view.Schema["Image"]);
        MLImage image = null!, last = null!;
        for (var i = 0; cursor.MoveNext(); last = image, i++)
        {
            getter(ref image);
            using var expected = MLImage.CreateFromFile(Path.Combine(tiny.ImageFolder, $"{i / 2}.png"));
            Assert.True(expected.Pixels.SequenceEqual(image.Pixels));
            Assert.NotSame(last, image);
            if (last is not null)
                Assert.Throws<InvalidOperationException>(() => last.Width); // disposed, as LoadImages does: nothing is left to the collector
        }
        image.Dispose();
    }

    private VisionLanguageTransformer Fit(int batchSize = 3) =>
        tiny.Fit(ml, options => (options.AnswerBatchSize, options.MaxNewTokens) = (batchSize, 2)).LastTransformer;

    private sealed class Ask
    {
        [ImageType(60, 60)]
        public MLImage? Image { get; set; }

        public string Question { get; set; } = "";
    }
}
