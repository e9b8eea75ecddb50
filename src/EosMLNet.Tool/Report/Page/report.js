'use strict';
// Draws the charts and the tokens over the pictures. All of it comes from the JSON in the page, nothing from elsewhere.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)'), print = matchMedia('print');
  let printing = false;

  // Colours of Okabe and Ito, which people who see few colours tell apart; shapes tell the same.
  const kinds = {
    Unreduced: { name: 'unreduced', light: '#333333', dark: '#e6e6e6', symbol: 'diamond' },
    Plan: { name: 'this plan', light: '#0072b2', dark: '#56b4e9', symbol: 'circle' },
    OtherPlan: { name: 'other plans', light: '#0072b2', dark: '#56b4e9', symbol: 'circle-open' },
    Preset: { name: 'hand-made', light: '#b84e00', dark: '#e69f00', symbol: 'triangle-up' },
  };
  const isDark = () => dark.matches && !printing && !print.matches;
  const colour = kind => kinds[kind][isDark() ? 'dark' : 'light'];
  const percent = value => `${value.toFixed(2)} %`;

  function draw(id, traces, layout, height) {
    const element = document.getElementById(id);
    if (!element) return;
    const [ink, line] = isDark() ? ['#e8edf2', '#3b4854'] : ['#16202a', '#d9e0e6'];
    const axis = { gridcolor: line, linecolor: line, zerolinecolor: line, automargin: true, fixedrange: true };
    const narrow = element.clientWidth < 480, size = narrow ? 11 : 13;
    const named = own => own?.title ? { ...own, title: { standoff: 8, ...own.title, font: { size } } } : own;
    Plotly.react(element, traces, {
      height: printing ? Math.round(height * .75) : height, autosize: true, paper_bgcolor: 'rgba(0,0,0,0)', plot_bgcolor: 'rgba(0,0,0,0)',
        dragmode: false,
      font: { color: ink, size, family: 'system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif' },
      margin: { l: 10, r: 16, t: 10, b: 10 }, hovermode: 'closest', showlegend: true,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size } },
      ...layout,
      xaxis: { ...axis, ...named(layout.xaxis) }, yaxis: { ...axis, ...named(layout.yaxis) },
    }, { displayModeBar: false, responsive: true });
  }

  const bars = (rows, key) => ({ type: 'data', symmetric: false, thickness: 1.5, width: 4, array: rows.map(r => r.high - r.value),
    arrayminus: rows.map(r => r.value - r.low), ...key });
  const told = rows => rows.map(r => [`<b>${escaped(r.name)}</b>`, `${percent(r.value)} (${r.low.toFixed(2)} to ${r.high.toFixed(2)})`,
    `${r.mean.toFixed(1)} tokens a layer, ${r.macs.toFixed(1)} % of the MACs`].join('<br>'));
  // Plotly reads a few tags in names and hover texts.
  const escaped = text => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  const present = () => Object.keys(kinds).map(kind => [kind, data.methods.filter(m => m.kind === kind)]).filter(([, rows]) => rows.length);

  function cost() {
    draw('chart-cost', present().map(([kind, rows]) => ({
      type: 'scatter', mode: 'markers', name: kinds[kind].name, x: rows.map(r => r.macs), y: rows.map(r => r.value),
      error_y: bars(rows, { color: colour(kind) }), text: told(rows), hoverinfo: 'text',
      marker: { color: colour(kind), symbol: kinds[kind].symbol, size: kind === 'Plan' ? 14 : 11, line: { width: 2, color: colour(kind) } },
    })), { xaxis: { title: { text: 'multiply-accumulates, % of unreduced' }, range: [0, 108] },
      yaxis: { title: { text: 'accuracy, %' } } }, Math.max(320, 130 + 34 * data.methods.length));
  }

  function methods() {
    const order = [...data.methods].sort((a, b) => a.value - b.value).map(m => m.name);
    const unreduced = data.methods[0].value;
    draw('chart-methods', present().map(([kind, rows]) => ({
      type: 'scatter', mode: 'markers', name: kinds[kind].name, x: rows.map(r => r.value), y: rows.map(r => order.indexOf(r.name)),
      error_x: bars(rows, { color: colour(kind) }), text: told(rows), hoverinfo: 'text',
      marker: { color: colour(kind), symbol: kinds[kind].symbol, size: 11, line: { width: 2, color: colour(kind) } },
    })), {
      xaxis: { title: { text: 'accuracy, %' } },
      yaxis: { tickvals: order.map((_, i) => i), ticktext: order.map(escaped), range: [-0.6, order.length - 0.4], zeroline: false },
      shapes: [{ type: 'line', x0: unreduced, x1: unreduced, yref: 'paper', y0: 0, y1: 1, line: { dash: 'dot', width: 1.5,
        color: colour('Unreduced') } }],
    }, Math.max(320, 130 + 34 * order.length));
  }

  function families() {
    const rows = [...data.families].sort((a, b) => (b.plan - b.unreduced) - (a.plan - a.unreduced));
    const at = rows.map((_, i) => i);
    const line = { type: 'scatter', mode: 'lines', showlegend: false, hoverinfo: 'skip', line: { color: colour('Unreduced'), width: 1.5 },
      x: rows.flatMap(r => [r.plan, r.unreduced, null]), y: at.flatMap(i => [i, i, null]) };
    const dots = (kind, key) => ({ type: 'scatter', mode: 'markers', name: kinds[kind].name, x: rows.map(r => r[key]), y: at,
      hoverinfo: 'text',
      text: rows.map(r => `<b>${escaped(r.name)}</b><br>plan ${percent(r.plan)}, unreduced ${percent(r.unreduced)}`),
        marker: { color: colour(kind), symbol: kind === 'Plan' ? 'circle' : 'diamond-open', size: kind === 'Plan' ? 10 : 15,
          line: { width: 2, color: colour(kind) } } });
    draw('chart-families', [line, dots('Unreduced', 'unreduced'), dots('Plan', 'plan')],
      { xaxis: { title: { text: 'accuracy, %' } }, yaxis: { tickvals: at, ticktext: rows.map(r => escaped(r.name)), range: [-0.6,
        rows.length - 0.4], zeroline: false } }, 130 + 30 * rows.length);
  }

  function layers() {
    const at = data.layers.map((_, i) => i);
    draw('chart-layers', [
      { type: 'bar', name: 'this plan', x: at, y: data.layers, marker: { color: colour('Plan') },
        hovertemplate: 'layer %{x}: %{y} tokens<extra></extra>' },
      { type: 'scatter', mode: 'lines', name: 'unreduced', x: at, y: data.unreduced, line: { dash: 'dot', width: 2,
        color: colour('Unreduced') }, hovertemplate: 'layer %{x}: %{y} tokens<extra>unreduced</extra>' },
    ], {
      xaxis: { title: { text: 'decoder layer' }, tickmode: at.length <= 16 ? 'linear' : 'auto', tick0: 0, dtick: at.length <= 16 ? 1
        : undefined },
      yaxis: { title: { text: 'visual tokens' }, rangemode: 'tozero' }, bargap: 0.25,
      annotations: data.sites.map(site => ({ x: site.layer, y: data.layers[site.layer], text: site.name, showarrow: false, yshift: 12,
        font: { size: 12 } })),
    }, 320);
  }

  function latency() {
    if (!data.latency) return;
    const { plan, unreduced, predictedPlan, predictedUnreduced } = data.latency;
    const names = ['unreduced', 'this plan'], rows = [unreduced, plan];
    const marks = (name, x, symbol) => ({ type: 'scatter', mode: 'markers', name, x, y: names,
      hovertemplate: `%{y}, ${name}: %{x:.2f} ms<extra></extra>`,
      marker: { symbol, size: 13, color: colour('Preset'), line: { width: 2, color: isDark() ? '#11171d' : '#ffffff' } } });
    const traces = [{ type: 'bar', orientation: 'h', name: 'measured', y: names, x: rows.map(r => r.median),
      marker: { color: [colour('Unreduced'), colour('Plan')] }, width: 0.55,
      error_x: { type: 'data', symmetric: false, array: rows.map(r => r.high - r.median), arrayminus: rows.map(r => r.median - r.low),
        color: colour('Preset'), thickness: 2 },
      hovertemplate: '%{y}, measured: %{x:.2f} ms<extra></extra>', showlegend: false }];
    if (predictedUnreduced != null) traces.push(marks('predicted', [predictedUnreduced, predictedPlan], 'diamond'));
    traces.push(marks('if time followed the MACs', [null, data.byMacs], 'x'));
    draw('chart-latency', traces, { xaxis: { title: { text: 'milliseconds' }, rangemode: 'tozero' }, yaxis: {} }, 230);
  }

  function search() {
    const steps = data.losses.map((_, i) => i + 1), reach = Math.max(1, Math.round(steps.length / 40));
    const smooth = data.losses.map((_, i) => { const near = data.losses.slice(Math.max(0, i - reach),
      i + reach + 1).filter(x => x != null); return near.length ? near.reduce((a, b) => a + b) / near.length : null; });
    draw('chart-search', [
      { type: 'scatter', mode: 'lines', name: 'each step', x: steps, y: data.losses, line: { width: 1, color: colour('Preset') },
        hovertemplate: 'step %{x}: %{y:.4f}<extra></extra>' },
      { type: 'scatter', mode: 'lines', name: 'smoothed', x: steps, y: smooth, line: { width: 3, color: colour('Plan') },
        hovertemplate: 'around step %{x}: %{y:.4f}<extra></extra>' },
    ], { xaxis: { title: { text: 'step' } }, yaxis: { title: { text: 'loss' }, rangemode: 'tozero' } }, 300);
  }

  const charts = () => { cost(); methods(); families(); layers(); latency(); search(); };

  // Tokens over pictures.
  const stageOf = (image, layer) => layer < 0 ? null : image.stages.reduce((found, stage) => stage.layer <= layer ? stage : found, null);
  const cellOf = (view, row, column) => view.first + row * view.stride + column;

  // The picture and its tokens are one drawing, so that they also print as one.
  function drawTokens(one, layer, shown) {
    const { canvas, img, image, view, marked } = one;
    const width = canvas.width = Math.max(64, Math.round(canvas.clientWidth * Math.min(2, devicePixelRatio || 1)));
    const height = canvas.height = Math.round(width * (img.naturalHeight || 1) / (img.naturalWidth || 1)) || width;
    const context = canvas.getContext('2d'), stage = stageOf(image, layer);
    context.imageSmoothingEnabled = img.naturalWidth > width;
    if (img.complete && img.naturalWidth > 0) context.drawImage(img, 0, 0, width, height);
    if (!shown || !stage) return;
    const w = width / view.columns, h = height / view.rows, thin = Math.max(1, width / 300);
    const to = (row, column) => row < 0 || column < 0 || row >= view.rows || column >= view.columns ? -2 : stage.to[cellOf(view, row,
      column)];
    for (let row = 0; row < view.rows; row++) {
      for (let column = 0; column < view.columns; column++) {
        const owner = to(row, column), x = column * w, y = row * h;
        if (owner === cellOf(view, row, column)) continue;
        context.fillStyle = owner < 0 ? 'rgba(8, 12, 16, .86)' : owner === marked ? 'rgba(255, 212, 59, .38)' : 'rgba(8, 12, 16, .52)';
        context.fillRect(x, y, w + .5, h + .5);
        if (owner < 0) {
          context.strokeStyle = 'rgba(190, 200, 210, .45)'; context.lineWidth = thin;
          context.beginPath(); context.moveTo(x, y + h); context.lineTo(x + w, y); context.stroke();
        }
      }
    }
    // Regions of tokens that are merged into one.
    context.strokeStyle = 'rgba(255, 255, 255, .85)'; context.lineWidth = thin; context.beginPath();
    for (let row = 0; row < view.rows; row++) {
      for (let column = 0; column < view.columns; column++) {
        const owner = to(row, column);
        if (owner < 0) continue;
        const x = column * w, y = row * h;
        if (column + 1 < view.columns && to(row, column + 1) >= 0 && to(row, column + 1) !== owner) { context.moveTo(x + w, y);
          context.lineTo(x + w, y + h); }
        if (row + 1 < view.rows && to(row + 1, column) >= 0 && to(row + 1, column) !== owner) { context.moveTo(x, y + h);
          context.lineTo(x + w, y + h); }
      }
    }
    context.stroke();
    // Kept tokens, and how many each stands for where there is room to write it.
    const outline = Math.max(1.5, Math.min(w, h) / 9);
    context.textAlign = 'center'; context.textBaseline = 'middle'; context.font = `600 ${Math.min(w, h) * .5}px system-ui, sans-serif`;
    for (let row = 0; row < view.rows; row++) {
      for (let column = 0; column < view.columns; column++) {
        const place = cellOf(view, row, column);
        if (stage.to[place] !== place) continue;
        const x = column * w, y = row * h, mass = stage.mass[place];
        context.lineWidth = outline + thin * 2; context.strokeStyle = '#000'; context.strokeRect(x + outline, y + outline,
          w - 2 * outline, h - 2 * outline);
        context.lineWidth = outline; context.strokeStyle = '#ffd43b'; context.strokeRect(x + outline, y + outline, w - 2 * outline,
          h - 2 * outline);
        if (mass >= 1.5 && Math.min(w, h) / (devicePixelRatio || 1) >= 15) {
          context.lineWidth = thin * 3; context.strokeStyle = '#000'; context.fillStyle = '#fff';
          const text = `${Math.round(mass)}`; context.strokeText(text, x + w / 2, y + h / 2); context.fillText(text, x + w / 2, y + h / 2);
        }
      }
    }
  }

  // What a layer sees, in words.
  function described(images, layer) {
    if (layer < 0) return 'Before the decoder: all tokens.';
    let kept = 0, merged = 0, dropped = 0, all = 0;
    for (const image of images) {
      const stage = stageOf(image, layer);
      all += image.tokens;
      stage.to.forEach((owner, place) => owner < 0 ? dropped++ : owner === place ? kept++ : merged++);
    }
    return `Layer ${layer}: ${kept} of ${all} tokens kept, ${merged} merged into them, ${dropped} dropped.`;
  }

  function toldOfCell(view, stage, row, column) {
    const place = cellOf(view, row, column), owner = stage.to[place], where = `Row ${row + 1}, column ${column + 1}`;
    if (owner < 0) return `${where}: dropped.`;
    if (owner === place) return `${where}: kept, stands for ${stage.mass[place].toFixed(1)} token${stage.mass[place] === 1 ? '' : 's'}.`;
    const inside = owner - view.first, at = inside >= 0 && inside < view.rows * view.stride
      ? `row ${Math.floor(inside / view.stride) + 1}, column ${inside % view.stride + 1}` : 'another grid';
    return `${where}: ${stage.part[place]} % of it is in the token of ${at}.`;
  }

  const figures = [...document.querySelectorAll('figure.tokens')].map(figure => {
    const [group, number] = figure.dataset.case.split('/').map(Number), images = data.groups[group][number], views = [];
    for (const [i, image] of images.entries()) {
      for (const view of image.views) {
        const box = document.createElement('div'), img = new Image(), canvas = document.createElement('canvas');
        box.className = 'view';
        img.src = data.pictures[view.picture];
        const name = [`The picture ${figure.dataset.name}`, images.length > 1 ? `${i + 1} of ${images.length}` : '', view.name]
          .filter(part => part).join(', ');
        canvas.setAttribute('role', 'img');
        box.append(canvas);
        figure.append(box);
        const one = { name, image, view, canvas, img, marked: -3 };
        views.push(one);
        canvas.addEventListener('pointermove', event => {
          const stage = stageOf(image, entry.layer), bounds = canvas.getBoundingClientRect();
          if (!stage || !entry.shown) return;
          const row = Math.min(view.rows - 1, Math.max(0, Math.floor((event.clientY - bounds.top) / bounds.height * view.rows)));
          const column = Math.min(view.columns - 1, Math.max(0, Math.floor((event.clientX - bounds.left) / bounds.width * view.columns)));
          one.marked = stage.to[cellOf(view, row, column)];
          entry.tip.textContent = toldOfCell(view, stage, row, column);
          drawTokens(one, entry.layer, entry.shown);
        });
        canvas.addEventListener('pointerleave', () => { one.marked = -3; entry.update(); });
        if (!img.complete) img.addEventListener('load', () => entry.update());
      }
    }
    const tip = document.createElement('figcaption');
    tip.className = 'tip';
    figure.append(tip);
    const entry = { group, images, views, tip, layer: 0, shown: true, update() {
      tip.textContent = described(images, entry.layer);
      for (const one of views) {
        one.canvas.setAttribute('aria-label', `${one.name}. ${entry.shown ? tip.textContent : 'Tokens are not drawn.'}`);
        drawTokens(one, entry.layer, entry.shown);
      }
    } };
    return entry;
  });

  const groups = ['lost', 'won', 'pictures'];
  const settings = [...document.querySelectorAll('.controls')].map(controls => {
    const group = groups.indexOf(controls.dataset.group), slider = controls.querySelector('input[type=range]'),
      box = controls.querySelector('input[type=checkbox]');
    const output = controls.querySelector('output'), own = figures.filter(figure => figure.group === group), count = data.layers.length;
    const set = () => {
      const layer = Number(slider.value), tokens = layer < 0 ? null : data.layers[layer];
      const text = layer < 0 ? 'before the decoder: all tokens'
        : `${layer}${layer === count - 1 ? ', the last one' : ''}: ${Number(tokens.toFixed(1))} tokens enter it`;
      output.textContent = text;
      slider.setAttribute('aria-valuetext', text);
      for (const figure of own) { figure.layer = layer; figure.shown = box.checked; figure.update(); }
    };
    slider.addEventListener('input', set);
    box.addEventListener('change', set);
    set();
    return set;
  });

  let waiting = 0;
  addEventListener('resize', () => { clearTimeout(waiting); waiting = setTimeout(() => settings.forEach(set => set()), 120); });
  const redraw = () => { charts(); settings.forEach(set => set()); };
  dark.addEventListener('change', redraw);
  print.addEventListener('change', redraw);
  // Charts are as wide as a page while it is printed: they are drawn before the page is laid out for paper.
  const widths = on => document.querySelectorAll('.plot').forEach(plot => { plot.style.width = !on ? '' : plot.closest('.pair') ? '330px'
    : '680px'; });
  addEventListener('beforeprint', () => { printing = true; widths(true); redraw(); });
  addEventListener('afterprint', () => { printing = false; widths(false); redraw(); });
  charts();
})();
