using Microsoft.ML;

namespace EosMLNet.Tests.Answering;

public class TransformTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Rows_get_an_answer_a_score_and_their_visual_tokens()
    {
        using var model = tiny.Fit(ml);

        var answers = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));

        Assert.Equal(tiny.Rows.Count, answers.Count);
        Assert.True(answers.Select(a => a.PredictedAnswer).Distinct().Count() > 1, "the model answers everything alike: the comparisons of these tests would mean nothing");
        Assert.All(answers, a => Assert.InRange(a.Score, 0f, 1f));
        Assert.All(answers, a => Assert.InRange(a.VisualTokens, 1f, 6f));
        Assert.All(answers, a => Assert.Equal(model.LastTransformer.Plan.Ledger.Mean, a.VisualTokens, tolerance: 1e-4));
    }

    [Fact]
    public void What_the_reader_of_the_model_noted_is_in_the_log_also_after_loading()
    {
        var lines = new List<LoggingEventArgs>();
        ml.Log += (_, line) => lines.Add(line);
        using (var model = tiny.Fit(ml))
            ml.Model.Save(model, tiny.Data(ml).Schema, tiny["noted.zip"]);
        Assert.Single(lines, IsNote); // the folder has no image processor
        (ml.Model.Load(tiny["noted.zip"], out _) as IDisposable)?.Dispose();
        Assert.Equal(2, lines.Count(IsNote));

        static bool IsNote(LoggingEventArgs line) => line.RawMessage.Contains("CLIP's are taken") && line.Kind == Microsoft.ML.Runtime.ChannelMessageKind.Warning;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(12)]
    [InlineData(64)]
    public void Answers_do_not_depend_on_the_batch_size(int batchSize)
    {
        using var model = tiny.Fit(ml);
        using var other = tiny.Fit(ml, options => options.AnswerBatchSize = batchSize);

        Same.Answers(TinyModel.Answers(ml, model.Transform(tiny.Data(ml))), TinyModel.Answers(ml, other.Transform(tiny.Data(ml))));
    }

    [Fact]
    public void A_prediction_engine_gives_the_answers_of_Transform()
    {
        using var model = tiny.Fit(ml);
        using var engine = ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(model, new PredictionEngineOptions { OwnsTransformer = false });

        Same.Answers(TinyModel.Answers(ml, model.Transform(tiny.Data(ml))), [.. tiny.Rows.Select(engine.Predict)]);
    }

    [Fact]
    public void A_row_is_answered_once_for_all_its_columns()
    {
        using var model = tiny.Fit(ml);
        var data = tiny.Data(ml);
        var mapper = ((ITransformer)model).GetRowToRowMapper(data.Schema);
        using var input = data.GetRowCursor(data.Schema);
        using var row = mapper.GetRow(input, mapper.OutputSchema);
        var text = row.GetGetter<ReadOnlyMemory<char>>(row.Schema["PredictedAnswer"]);
        ReadOnlyMemory<char> first = default, second = default;
        input.MoveNext();

        text(ref first);
        text(ref second);

        Assert.True(first.Equals(second), "the same memory: the second read asked nobody");
    }

    [Fact]
    public void Sixteen_threads_get_the_same_answers()
    {
        using var model = tiny.Fit(ml);
        var expected = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        var found = new IReadOnlyList<VqaAnswer>[16];

        var threads = Enumerable.Range(0, found.Length).Select(i => new Thread(() => found[i] = i % 2 == 0 ? InBatches() : RowByRow())).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.All(found, answers => Same.Answers(expected, answers));

        IReadOnlyList<VqaAnswer> InBatches() => TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));

        IReadOnlyList<VqaAnswer> RowByRow()
        {
            using var engine = ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(model, new PredictionEngineOptions { OwnsTransformer = false });
            return [.. tiny.Rows.Select(engine.Predict)];
        }
    }

    [Fact]
    public void Cursor_sets_cover_every_row_once()
    {
        using var model = tiny.Fit(ml);
        var view = model.Transform(tiny.Data(ml));
        var questions = new List<string>();

        foreach (var cursor in view.GetRowCursorSet(view.Schema, 4))
        {
            using (cursor)
            {
                var getter = cursor.GetGetter<ReadOnlyMemory<char>>(view.Schema["Question"]);
                ReadOnlyMemory<char> question = default;
                while (cursor.MoveNext())
                {
                    getter(ref question);
                    questions.Add(question.ToString());
                }
            }
        }

        Assert.Equal(tiny.Rows.Select(row => row.Question).Order(), questions.Order());
    }

    [Fact]
    public void A_row_without_an_image_or_a_question_has_no_answer_and_the_others_have_theirs()
    {
        using var model = tiny.Fit(ml);
        var whole = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        var rows = tiny.Rows.Select((row, i) => new VqaRow { ImagePath = i == 3 ? "" : row.ImagePath, Question = i == 7 ? " " : row.Question });

        var answers = TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(rows)));

        foreach (var missing in new[] { 3, 7 })
        {
            Assert.Equal("", answers[missing].PredictedAnswer);
            Assert.True(float.IsNaN(answers[missing].Score));
        }
        Assert.Equal(whole.Where((_, i) => i is not (3 or 7)).Select(a => a.PredictedAnswer), answers.Where((_, i) => i is not (3 or 7)).Select(a => a.PredictedAnswer));
    }

    [Fact]
    public void An_unreduced_model_keeps_all_its_visual_tokens()
    {
        using var model = tiny.Fit(ml, options => options.PlanPath = null);

        Assert.All(TinyModel.Answers(ml, model.Transform(tiny.Data(ml))), a => Assert.Equal(16, a.VisualTokens));
    }

    [Fact]
    public void An_empty_input_has_no_answers()
    {
        using var model = tiny.Fit(ml);

        Assert.Empty(TinyModel.Answers(ml, model.Transform(ml.Data.LoadFromEnumerable(Array.Empty<VqaRow>()))));
    }
}
