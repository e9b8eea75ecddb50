using Microsoft.ML;

namespace EosMLNet.Tests.Answering;

public sealed class AnswerProgressTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Each_batch_is_told_with_the_rows_in_all_and_the_answers_are_the_same()
    {
        using var model = tiny.Fit(ml); // batches of 5
        var (images, told) = (Images(), new List<AnswerProgress>());

        var answers = TinyModel.Answers(ml, model.LastTransformer.Transform(images, new Listener<AnswerProgress>(told.Add)));

        Same.Answers(TinyModel.Answers(ml, model.LastTransformer.Transform(images)), answers);
        Assert.Equal([5L, 10, 12], told.Select(one => one.Rows));
        Assert.All(told, one => Assert.Equal(12, one.Total));
        Assert.Equal(TimeSpan.Zero, told[^1].Remaining);
        Assert.All(told[..^1], one => Assert.True(one.Remaining > TimeSpan.Zero));
    }

    [Fact]
    public void Each_cursor_tells_from_the_beginning()
    {
        using var model = tiny.Fit(ml);
        var told = new List<long>();
        var view = model.LastTransformer.Transform(Images(), new Listener<AnswerProgress>(one => told.Add(one.Rows)));

        TinyModel.Answers(ml, view);
        TinyModel.Answers(ml, view);

        Assert.Equal([5L, 10, 12, 5, 10, 12], told);
    }

    [Fact]
    public void Cancelling_ends_the_reading_behind_the_batch_that_is_answered()
    {
        using var model = tiny.Fit(ml);
        using var source = new CancellationTokenSource();
        var told = new List<long>();
        var view = model.LastTransformer.Transform(Images(), new Listener<AnswerProgress>(one =>
        {
            told.Add(one.Rows);
            source.Cancel();
        }), source.Token);

        Assert.ThrowsAny<OperationCanceledException>(() => TinyModel.Answers(ml, view));

        Assert.Equal([5L], told);
    }

    [Theory]
    [InlineData(320, 1000L, 20, "320 of 1000 rows, 32 %, 42 s left")]
    [InlineData(320, null, 20, "320 rows")]
    [InlineData(0, 0L, 0, "0 of 0 rows, 0 %, 0 s left")]
    public void It_is_a_line_for_people(long rows, long? total, int seconds, string line) =>
        Assert.Equal(line, new AnswerProgress(rows, total, TimeSpan.FromSeconds(seconds)).ToString());

    private IDataView Images() => tiny.Load(ml).Fit(tiny.Data(ml)).Transform(tiny.Data(ml));
}
