using Microsoft.ML;
using Microsoft.ML.Data;
using TorchSharp;

namespace EosMLNet.Tests.Answering;

public class DisposalTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Answering_leaves_no_tensor_behind()
    {
        using var model = tiny.Fit(ml);
        TinyModel.Answers(ml, model.Transform(tiny.Data(ml))); // what is made once (literals) is made now
        var before = LiveTensors();

        TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));

        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void A_disposed_model_leaves_no_tensor_behind()
    {
        tiny.Fit(ml).Dispose();
        var before = LiveTensors();

        using (var model = tiny.Fit(ml))
        {
            TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
            Assert.True(LiveTensors() > before, "the count does not see the weights");
        }

        Assert.Equal(before, LiveTensors());
    }

    [Fact]
    public void Disposing_twice_is_disposing_once()
    {
        var model = tiny.Fit(ml);

        model.Dispose();
        model.Dispose();
        model.LastTransformer.Dispose();
    }

    [Fact]
    public void A_disposed_model_says_so()
    {
        var model = tiny.Fit(ml);
        var data = tiny.Data(ml);
        var view = model.Transform(data);
        var engine = ml.Model.CreatePredictionEngine<VqaRow, VqaAnswer>(model, new PredictionEngineOptions { OwnsTransformer = false });
        model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => model.Transform(data));
        Assert.Throws<ObjectDisposedException>(() => view.GetColumn<string>("PredictedAnswer").ToList());
        Assert.Throws<ObjectDisposedException>(() => engine.Predict(tiny.Rows[0]));
        Assert.Throws<ObjectDisposedException>(() => ml.Model.Save(model, data.Schema, new MemoryStream()));
    }

    [Fact]
    public void Disposing_under_way_lets_the_running_answers_finish()
    {
        var model = tiny.Fit(ml);
        var before = TinyModel.Answers(ml, model.Transform(tiny.Data(ml)));
        using var started = new ManualResetEventSlim();
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                while (true)
                {
                    Same.Answers(before, TinyModel.Answers(ml, model.Transform(tiny.Data(ml))));
                    started.Set();
                }
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        started.Wait();

        model.Dispose();
        thread.Join();

        Assert.IsType<ObjectDisposedException>(failure);
    }

    private static long LiveTensors() => DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
}
