using Microsoft.ML;

namespace EosMLNet.Tests.Answering;

/// <summary>The input is read one batch ahead of the answers, on another thread; a batch of <see cref="TinyModel.Fit"/> has five rows.</summary>
public class RowsAheadTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const int BatchSize = 5, Bad = 7;
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void A_source_that_fails_fails_at_its_row_after_the_answers_before_it()
    {
        using var model = tiny.Fit(ml);
        var expected = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));

        Same.Answers([.. expected.Take(Bad)], UpToFailure(model.Transform(ml.Data.LoadFromEnumerable(FailingRows())), "row 7"));
    }

    [Fact]
    public void An_image_that_cannot_be_read_fails_at_its_row_after_the_answers_before_it()
    {
        using var model = tiny.Fit(ml);
        var expected = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        var rows = tiny.Rows.Select((row, i) => new VqaRow { ImagePath = i == Bad ? "no such file.png" : row.ImagePath, Question = row.Question });

        Same.Answers([.. expected.Take(Bad)], UpToFailure(model.Transform(ml.Data.LoadFromEnumerable(rows)), "no such file.png"));
    }

    [Fact]
    public void A_model_that_fails_fails_again_instead_of_leaving_rows_out()
    {
        var model = tiny.Fit(ml);
        var view = model.Transform(tiny.Data(ml));
        using var cursor = view.GetRowCursor(view.Schema);
        for (var row = 0; row < BatchSize; row++)
            Assert.True(cursor.MoveNext());

        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => cursor.MoveNext());
        Assert.Throws<ObjectDisposedException>(() => cursor.MoveNext());
    }

    [Fact]
    public void A_cancelled_context_stops_before_the_next_batch()
    {
        using var model = tiny.Fit(ml);
        var view = model.Transform(tiny.Data(ml));
        using var cursor = view.GetRowCursor(view.Schema);
        for (var row = 0; row < BatchSize; row++)
            Assert.True(cursor.MoveNext());

        typeof(MLContext).GetMethod("CancelExecution", System.Reflection.BindingFlags.Instance | System.Reflection.BindingFlags.NonPublic)!.Invoke(ml, null);

        Assert.Throws<OperationCanceledException>(() => cursor.MoveNext());
    }

    [Fact]
    public void No_more_than_one_batch_is_read_ahead()
    {
        using var model = tiny.Fit(ml);
        using var read = new CountdownEvent(2 * BatchSize);
        var rows = 0;
        var view = model.Transform(ml.Data.LoadFromEnumerable(Counted()));
        using (var cursor = view.GetRowCursor(view.Schema))
        {
            Assert.True(cursor.MoveNext());
            read.Wait(); // the second batch is read although nobody asked for it yet
        }

        Assert.Equal(2 * BatchSize, rows);

        IEnumerable<VqaRow> Counted()
        {
            foreach (var row in tiny.Rows)
            {
                rows++;
                read.Signal();
                yield return row;
            }
        }
    }

    [Fact]
    public async Task Disposing_while_a_row_is_read_waits_for_it_and_reads_no_further_batch()
    {
        using var model = tiny.Fit(ml);
        using var reading = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var rows = 0;
        var view = model.Transform(ml.Data.LoadFromEnumerable(Blocking()));
        var cursor = view.GetRowCursor(view.Schema);
        Assert.True(cursor.MoveNext());
        reading.Wait();

        var disposal = Task.Run(cursor.Dispose);
        Assert.False(disposal.IsCompleted); // it cannot be: the row is not read yet
        goOn.Set();
        await disposal;

        Assert.InRange(rows, Bad + 1, 2 * BatchSize); // those of its batch, where the disposal begins late
        Assert.False(cursor.MoveNext());

        IEnumerable<VqaRow> Blocking()
        {
            foreach (var row in tiny.Rows)
            {
                if (rows++ == Bad)
                {
                    reading.Set();
                    goOn.Wait();
                }
                yield return row;
            }
        }
    }

    [Fact]
    public void The_source_is_never_touched_by_two_threads_at_once()
    {
        using var model = tiny.Fit(ml, options => options.AnswerBatchSize = 1);
        var source = new WatchedRows(tiny.Rows);

        Assert.Equal(tiny.Rows.Count, TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(source))).Count);
        Assert.Equal(1, source.MostAtOnce);
    }

    private IEnumerable<VqaRow> FailingRows()
    {
        for (var i = 0; i < Bad; i++)
            yield return tiny.Rows[i];
        throw new InvalidDataException("row 7");
    }

    private static List<VqaAnswer> UpToFailure(IDataView view, string inMessage)
    {
        using var cursor = view.GetRowCursor([view.Schema["PredictedAnswer"], view.Schema["Score"], view.Schema["VisualTokens"]]);
        var text = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["PredictedAnswer"]);
        var score = cursor.GetGetter<float>(view.Schema["Score"]);
        var tokens = cursor.GetGetter<float>(view.Schema["VisualTokens"]);
        var answers = new List<VqaAnswer>();
        for (var time = 0; time < 2; time++) // it fails again instead of going on
            Assert.Contains(inMessage, Assert.ThrowsAny<Exception>(ReadOn).ToString(), StringComparison.Ordinal);
        return answers;

        void ReadOn()
        {
            ReadOnlyMemory<char> answer = default;
            float sure = 0, mean = 0;
            while (cursor.MoveNext())
            {
                text(ref answer);
                score(ref sure);
                tokens(ref mean);
                answers.Add(new VqaAnswer { PredictedAnswer = answer.ToString(), Score = sure, VisualTokens = mean });
            }
        }
    }

    /// <summary>Rows that take a moment to read, and notice who else reads meanwhile.</summary>
    private sealed class WatchedRows(IReadOnlyList<VqaRow> rows) : IEnumerable<VqaRow>
    {
        private int inside;

        public int MostAtOnce { get; private set; }

        public IEnumerator<VqaRow> GetEnumerator()
        {
            foreach (var row in rows)
            {
                MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref inside));
                Thread.Sleep(1);
                Interlocked.Decrement(ref inside);
                yield return row;
            }
        }

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
