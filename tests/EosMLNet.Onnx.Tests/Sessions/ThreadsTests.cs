using EosMLNet.Onnx;
using EosMLNet.Onnx.Sessions;

namespace EosMLNet.Tests.Onnx.Sessions;

public sealed class ThreadsTests
{
    [Theory]
    [InlineData(3, 3)]
    [InlineData(0, null)]
    public void A_session_has_as_many_threads_as_it_is_given_and_else_one_a_core_of_this_process(int asked, int? given)
    {
        using var settings = OnnxRuntimeLibrary.Settings(new OnnxOptions { Threads = asked });
        Assert.Equal(given ?? Environment.ProcessorCount, settings.IntraOpNumThreads);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("mixed")]
    [InlineData("learned")]
    public void Any_number_of_threads_gives_the_same_answers_to_the_last_bit(string plan)
    {
        using var scenes = new ScenesUnderPlan(plan);
        var folder = Repository.At("samples", "ScenesVqa", "scenes-llava");
        var one = scenes.Onnx.Generate(scenes.Rows, maxNewTokens: 4);
        foreach (var threads in new[] { 2, 3 })
        {
            using var several = OnnxModel.Load(folder, scenes.Reduced.Plan, new OnnxOptions { Threads = threads });
            var answers = several.Generate(scenes.Rows, maxNewTokens: 4);
            Assert.Equal(one.Select(answer => answer.Ids), answers.Select(answer => answer.Ids));
            Assert.Equal(one.Select(answer => answer.MeanProbability), answers.Select(answer => answer.MeanProbability));
        }
    }
}
