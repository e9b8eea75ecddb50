using System.Reflection;
using System.Text.Json.Nodes;
using EosMLNet.Engines;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace EosMLNet.Tests.Answering;

/// <summary>What ends an answer that would go on for thousands of tokens.</summary>
public sealed class CancellationTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const int Endless = 4096;

    private readonly MLContext ml = new(seed: 1);

    [Fact]
    public void Cancelling_the_context_ends_an_answer_before_its_next_token() =>
        Ends(_ => typeof(MLContext).GetMethod("CancelExecution", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(ml, null));

    [Fact]
    public void Disposing_a_cursor_ends_the_answer_that_it_waits_for() => Ends(cursor => cursor.Dispose());

    [Fact]
    public void A_token_that_was_cancelled_gives_no_answer()
    {
        using var model = tiny.Fit(ml);
        using var image = TinyModel.Noise(1);
        var query = new Query([new RgbImage(2, 2, new byte[12])], "what colour is it?");

        Assert.ThrowsAny<OperationCanceledException>(() => model.LastTransformer.Engine.Ask([query], new CancellationToken(canceled: true)));
    }

    private void Ends(Action<DataViewRowCursor> stop)
    {
        using var model = tiny.Fit(ml, options => (options.ModelPath, options.PlanPath, options.MaxNewTokens) = (Talkative(), null, Endless));
        using var begun = new ManualResetEventSlim();
        var view = model.Transform(ml.Data.LoadFromEnumerable(tiny.Rows.Select(row =>
        {
            begun.Set();
            return row;
        })));
        using var cursor = view.GetRowCursor(view.Schema);
        var answering = Task.Run(() => cursor.MoveNext());
        Assert.True(begun.Wait(TimeSpan.FromMinutes(1)));
        Thread.Sleep(300); // far too short for so many tokens
        Assert.False(answering.IsCompleted, "the answer is over already");

        stop(cursor);

        Assert.ThrowsAny<OperationCanceledException>(() => answering.GetAwaiter().GetResult());
    }

    // The model, with an end of answers that it never says.
    private string Talkative()
    {
        var folder = Directory.CreateDirectory(tiny["talkative"]).FullName;
        foreach (var file in Directory.GetFiles(tiny.ModelPath))
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        foreach (var name in new[] { "config.json", "generation_config.json" }.Select(name => Path.Combine(folder, name)).Where(File.Exists))
        {
            var json = JsonNode.Parse(File.ReadAllText(name))!.AsObject();
            foreach (var part in new[] { json, json["text_config"]?.AsObject() }.OfType<JsonObject>().Where(part => part.ContainsKey("eos_token_id")))
                part["eos_token_id"] = 0;
            File.WriteAllText(name, json.ToJsonString());
        }
        return folder;
    }
}
