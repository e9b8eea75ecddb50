using Microsoft.Build.Framework;

namespace EosMLNet.Build.Tasks;

/// <summary>
/// The line that the terminal logger keeps for what runs: it shows the name of the target that was started last, so a target without any
/// work is called for each new text.
/// </summary>
/// <param name="engine">The task's engine.</param>
internal sealed class LiveLine(IBuildEngine3 engine)
{
    private string last = "";
    private bool broken;

    /// <summary>Shows one of <see cref="Exchange.LiveTargets"/>, while the task has yielded its node.</summary>
    internal void Show(string target)
    {
        if (broken || target == last)
            return;
        last = target;
        engine.Reacquire();
        try
        {
            broken = !engine.BuildProjectFile(null, [target], null, null); // in the running project
        }
        catch (Exception)
        {
            broken = true; // a search goes on without it, and MSBuild says of its engine's exceptions only that there are some
        }
        finally
        {
            engine.Yield();
        }
    }
}
