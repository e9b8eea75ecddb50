extern alias BuildTask;

using System.Reflection;
using BuildTask::EosMLNet.Build.Tasks;
using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tests.Tasks;

public sealed class SearchLinesTests
{
    private readonly MockEngine engine = new();
    private readonly EosSearch task;

    public SearchLinesTests() => task = new EosSearch { BuildEngine = engine, Project = "/obj/vqa.proj" };

    [Fact]
    public void A_log_has_a_line_for_every_tenth_of_a_search()
    {
        for (var step = 1; step <= 300; step++)
            Read(FormattableString.Invariant($"##eos progress {step / 300.0:0.0000} {300 - step} steps: step {step} of 300"));
        var aloud = engine.Messages.Where(message => message.Importance == MessageImportance.High).ToList();
        Assert.Equal(10, aloud.Count);
        Assert.Equal("vqa: step 30 of 300", aloud[0].Text);
        Assert.Equal("vqa: step 300 of 300", aloud[^1].Text);
        Assert.Equal(300, engine.Messages.Count); // the others for detailed logs
        Assert.Empty(engine.Called);
    }

    [Fact]
    public void In_a_terminal_each_change_calls_a_target_and_nothing_is_said_aloud()
    {
        task.TerminalLogger = "1";
        foreach (var line in new[] { "activity: loading the model", "activity: loading the model", "progress 0.3810 130 steps: a", "progress 0.3850 125 steps: b", "progress 0.3900 90 counts: c", "progress 0.0000 - images: d" })
            Read($"##eos {line}");
        Assert.Equal(["loading the model", "steps, 38 percent, about 3 min left", "counts, 39 percent, about 2 min left", "images, 0 percent"], engine.Called);
        Assert.DoesNotContain(engine.Messages, message => message.Importance == MessageImportance.High);
    }

    private void Read(string line) => typeof(EosSearch).GetMethod("LogEventsFromTextOutput", BindingFlags.NonPublic | BindingFlags.Instance)!.Invoke(task, [line, MessageImportance.High]);
}
