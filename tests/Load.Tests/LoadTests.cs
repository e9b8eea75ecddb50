using Load.Commands;
using Load.Kinds;

namespace Load.Tests;

/// <summary>Some seconds of the load that <c>tests/Load</c> is for an hour.</summary>
public class LoadTests
{
    [Theory]
    [InlineData("threads-torch", 2)]
    [InlineData("threads-onnx", 2)]
    [InlineData("service", 3)]
    [InlineData("server", 3)]
    public async Task Under_load_all_answers_are_those_of_one_question_at_a_time_and_nothing_is_left(string kind, int seconds)
    {
        var row = await RunCommand.RunAsync(LoadKinds.All.Single(one => one.Name == kind), TimeSpan.FromSeconds(seconds), questions: 16);
        Assert.Empty(row.Faults);
        Assert.Equal((0L, 0), (row.Tensors, row.Sessions));
        Assert.True(row.Right > 20, $"{row.Right} answers");
    }
}
