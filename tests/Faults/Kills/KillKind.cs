namespace Faults.Kills;

/// <summary>A kind of work that is killed. It is done over and over in a process of its own, always with the same inputs.</summary>
internal abstract class KillKind
{
    /// <summary>Its name.</summary>
    internal abstract string Name { get; }

    /// <summary>What it does, in words.</summary>
    internal abstract string Does { get; }

    /// <summary>Whether killed work goes on where it was: then the first run of a process may be killed too.</summary>
    internal virtual bool GoesOn => false;

    /// <summary>Whether somebody else's code writes files where they are, so that one may be half: our reader has to refuse it.</summary>
    internal virtual bool WritesInPlace => false;

    /// <summary>Prepares the folder once, before anything is killed.</summary>
    internal virtual void Prepare(KillPlace place)
    {
    }

    /// <summary>Does the work once, and writes to <see cref="KillPlace.Output"/>.</summary>
    internal abstract void Work(KillPlace place);

    /// <summary>Makes that the next work is done in full, though its results are there.</summary>
    internal virtual void Forget(KillPlace place)
    {
    }

    /// <summary>
    /// Whether a file says how long things took: then its bytes differ from run to run, and <see cref="Open"/> has to read it.
    /// </summary>
    internal virtual bool Varies(string file) => false;

    /// <summary>Opens a file as a user would.</summary>
    /// <exception cref="EosException">It is not whole.</exception>
    internal virtual void Open(string file)
    {
    }
}
