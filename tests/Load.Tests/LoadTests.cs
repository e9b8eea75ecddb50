using Load.Commands;
using Load.Kinds;

namespace Load.Tests;

/// <summary>Some seconds of the load that <c>tests/Load</c> is for an hour.</summary>
public class LoadTests
{
    [Theory]
    [InlineData("threads-torch", 3)]
    [InlineData("threads-onnx", 3)]
    [InlineData("service", 5)]
    [InlineData("server", 5)]
    public async Task Under_load_all_answers_are_those_of_one_question_at_a_time_and_nothing_is_left(string kind, int seconds)
    {
        var row = await RunCommand.RunAsync(LoadKinds.Named([kind])[0], TimeSpan.FromSeconds(seconds));
        Assert.Empty(row.Faults);
        Assert.Equal((0L, 0), (row.Tensors, row.Sessions));
        Assert.True(row.Right > 20, $"{row.Right} answers");
    }
}
