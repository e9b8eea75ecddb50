using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace EosMLNet.Tests.Catalog;

/// <summary>A saved pipeline asked about images in memory as well as in files, by several threads.</summary>
public sealed class AnsweringStageTests(TinyModel tiny) : IClassFixture<TinyModel>, IDisposable
{
    private readonly MLContext ml = new(seed: 1);
    private readonly TemporaryFolder folder = new();

    [Fact]
    public void A_pipeline_that_loads_files_answers_images_in_memory_too()
    {
        var zip = Saved();
        using var pipeline = (IDisposable)ml.VisionLanguage().Load(zip, out _);
        var expected = TinyModel.Answers(ml, ((ITransformer)pipeline).Transform(tiny.Data(ml)));

        using var answering = ml.VisionLanguage().LoadAnswering(zip);
        using var engine = ml.VisionLanguage().CreatePredictionEngine<Ask, VqaAnswer>(answering);
        var found = tiny.Rows.Select(row =>
        {
            using var upload = File.OpenRead(Path.Combine(tiny.ImageFolder, row.ImagePath));
            using var image = ml.VisionLanguage().LoadImage(upload);
            return engine.Predict(new Ask { Image = image, Question = row.Question });
        }).ToList();

        Same.Answers(expected, found);
    }

    [Fact]
    public void The_stage_of_a_loaded_pipeline_shares_its_weights()
    {
        using var pipeline = tiny.Fit(ml);

        var stage = ml.VisionLanguage().AnsweringStage(pipeline);

        Assert.Same(pipeline.LastTransformer, stage);
        Assert.Same(stage, ml.VisionLanguage().AnsweringStage(stage));
    }

    [Fact]
    public void A_stage_within_chains_within_chains_is_found()
    {
        using var pipeline = tiny.Load(ml)
            .Append(tiny.Load(ml).Append(ml.VisionLanguage().Answer(new AnswerOptions { ModelPath = tiny.ModelPath })))
            .Append(ml.Transforms.CopyColumns("Copy", "PredictedAnswer")).Fit(tiny.Data(ml));
        ml.Model.Save(pipeline, tiny.Data(ml).Schema, folder["deep.zip"]);

        using var stage = ml.VisionLanguage().LoadAnswering(folder["deep.zip"]);

        Assert.Empty(stage.Plan.Sites);
    }

    [Fact]
    public void A_pipeline_without_the_stage_or_with_two_is_EOS4003()
    {
        ml.Model.Save(tiny.Load(ml).Fit(tiny.Data(ml)), tiny.Data(ml).Schema, folder["none.zip"]);
        Expect.Error(EosErrors.ModelArtifact, () => ml.VisionLanguage().LoadAnswering(folder["none.zip"]), "none.zip", "no vision-language stage");
        using var two = tiny.Load(ml).Append(ml.VisionLanguage().Answer(tiny.ModelPath)).Append(ml.VisionLanguage().Answer(tiny.ModelPath, predictedAnswerColumnName: "Second")).Fit(tiny.Data(ml));
        Expect.Error(EosErrors.ModelArtifact, () => ml.VisionLanguage().AnsweringStage(two), "2 vision-language stages");
        Expect.Error(EosErrors.FileMissing, () => ml.VisionLanguage().LoadAnswering(folder["gone.zip"]), "gone.zip");
    }

    [Fact]
    public void Eight_threads_have_an_engine_each_and_none_disposes_the_model()
    {
        var zip = Saved();
        using var loaded = (IDisposable)ml.VisionLanguage().Load(zip, out _);
        var model = (ITransformer)loaded;
        var expected = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        var failures = new System.Collections.Concurrent.ConcurrentQueue<Exception>();

        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            try
            {
                for (var round = 0; round < 3; round++)
                {
                    using var engine = ml.VisionLanguage().CreatePredictionEngine<VqaRow, VqaAnswer>(model);
                    Same.Answers(expected, [.. tiny.Rows.Select(engine.Predict)]);
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();

        Assert.Empty(failures);
        Same.Answers(expected, TinyModel.Answers(ml, model.Transform(tiny.Data(ml))));
    }

    // ML.NET's own engine owns the model: what the others then get must say so.
    [Fact]
    public void An_engine_that_took_the_model_with_it_is_told_of_where_the_others_fall()
    {
        var model = tiny.Fit(ml);
        using var other = ml.VisionLanguage().CreatePredictionEngine<VqaRow, VqaAnswer>(model);
        ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(model).Dispose();

        var e = Assert.Throws<ObjectDisposedException>(() => other.Predict(tiny.Rows[0]));

        Assert.Contains("OwnsTransformer = false", e.Message);
        Assert.Contains("CreatePredictionEngine", e.Message);
        Assert.Contains(nameof(VisionLanguageTransformer), e.ObjectName);
    }

    public void Dispose() => folder.Dispose();

    private string Saved()
    {
        using var model = tiny.Fit(ml);
        ml.Model.Save(model, tiny.Data(ml).Schema, folder["vqa.zip"]);
        return folder["vqa.zip"];
    }

    private sealed class Ask
    {
        [ImageType(60, 60)]
        public MLImage? Image { get; set; }

        public string Question { get; set; } = "";
    }
}
