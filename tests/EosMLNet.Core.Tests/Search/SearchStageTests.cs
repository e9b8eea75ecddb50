using EosMLNet.Search;
using EosMLNet.Tests.Plans;

namespace EosMLNet.Tests.Search;

public class SearchStageTests
{
    private static readonly PlanModel Model = PlanModels.Scenes;

    [Fact]
    public void One_plan_takes_all_steps_and_several_take_half_as_many_again()
    {
        Assert.Equal(300, Assert.Single(Stages(16)).Steps);
        Assert.Equal(450, Stages(48, 32, 16, 4).Sum(stage => stage.Steps), 2.0);
        Assert.Equal(450, Stages(10, 10).Sum(stage => stage.Steps), 2.0);
    }

    [Fact]
    public void A_stage_begins_where_the_one_before_ended_and_takes_the_more_steps_the_less_is_left()
    {
        var stages = Stages(48, 32, 16, 4);
        Assert.Equal([48, 48, 32, 16], stages.Select(stage => stage.From.MeanVisualTokens!.Value));
        Assert.Equal([48, 32, 16, 4], stages.Select(stage => stage.To.MeanVisualTokens!.Value));
        Assert.Equal(stages.Select((_, i) => stages.Take(i).Sum(before => before.Steps)), stages.Select(stage => stage.First));
        Assert.Equal(stages.OrderBy(stage => stage.Steps), stages);
        Assert.All(stages, stage => Assert.Equal(stage.To, stage.Limits(stage.Steps)));
    }

    [Fact]
    public void Counts_move_until_the_limits_are_reached_and_not_after()
    {
        var stage = Stages(16)[0];
        Assert.Equal(150, stage.CountsRest);
        Assert.Equal(16, stage.Limits(stage.CountsRest).MeanVisualTokens!.Value, 1e-9);
        Assert.All(Enumerable.Range(1, 150), step => Assert.True(stage.CountRate(step) > 0));
        Assert.All(Enumerable.Range(151, 150), step => Assert.Equal(0, stage.CountRate(step)));
        Assert.All(Enumerable.Range(1, 300), step => Assert.True(stage.Rate(step) > 0));
    }

    private static IReadOnlyList<SearchStage> Stages(params double[] budgets)
    {
        SearchConstraints[] front = [.. budgets.Select(tokens => new SearchConstraints { MeanVisualTokens = tokens })];
        return SearchStage.Of(front, new SearchSettings { Constraints = front[0], Steps = 300 }, Model);
    }
}
