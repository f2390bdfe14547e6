// Turns the portal's chart models into ECharts options. Colours come from the theme's variables, so that both themes work.
import { init } from '../lib/echarts.min.js';

const drawn = new Map();
const Palette = {
  light: ['#1f5fbf', '#b4460f', '#0f6b6b', '#7a3fa0', '#7a6000', '#a3264e', '#3d4f66', '#2f7d32'],
  dark: ['#86b4ff', '#ffb07a', '#76d1cf', '#d0a8f5', '#e6cf6a', '#ff9fb8', '#b9c6d8', '#8fd694'],
};
const Heat = { light: ['#eef3fb', '#a9c5f2', '#4c86dd', '#123a7d'], dark: ['#1d2836', '#2f5488', '#5d93dd', '#cfe2ff'] };
// From "as it was" to "drifted": each step differs in lightness too, and carries a sign.
const Bands = { light: ['#e3eefc', '#f3dca0', '#e2975b', '#b3261e'], dark: ['#22344b', '#6b5a24', '#a8602f', '#e2574c'] };
const Signs = ['', '●', '▲', '■'];
const SignInk = { light: ['#1b2430', '#1b2430', '#1b2430', '#ffffff'], dark: ['#e6eaf0', '#e6eaf0', '#ffffff', '#11161d'] };

const isDark = () => getComputedStyle(document.documentElement).colorScheme.includes('dark');
const variable = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function look() {
  const mode = isDark() ? 'dark' : 'light';
  return {
    mode, palette: Palette[mode], heat: Heat[mode], bands: Bands[mode],
    text: variable('--mud-palette-text-secondary'), strong: variable('--mud-palette-text-primary'),
    line: variable('--mud-palette-lines-default'), surface: variable('--mud-palette-surface'), error: variable('--mud-palette-error'),
    font: getComputedStyle(document.body).fontFamily,
  };
}

function base(theme) {
  return {
    animation: false, color: theme.palette, backgroundColor: 'transparent',
    textStyle: { fontFamily: theme.font, color: theme.text, fontSize: 12 },
    aria: { enabled: true, decal: { show: false } },
    grid: { left: 8, right: 16, top: 34, bottom: 8, outerBoundsMode: 'same' },
    legend: { top: 0, left: 0, textStyle: { color: theme.text }, icon: 'roundRect', itemWidth: 12, itemHeight: 8 },
    tooltip: {
      trigger: 'axis', confine: true, backgroundColor: theme.surface, borderColor: theme.line,
      textStyle: { color: theme.strong, fontSize: 12 }, axisPointer: { lineStyle: { color: theme.text } },
    },
  };
}

const axis = (theme, more) => ({
  axisLine: { lineStyle: { color: theme.line } }, axisTick: { lineStyle: { color: theme.line } },
  splitLine: { lineStyle: { color: theme.line } }, axisLabel: { color: theme.text, hideOverlap: true },
  nameTextStyle: { color: theme.text }, ...more,
});

const marks = (theme, lines, horizontal) => lines?.length ? {
  silent: true, symbol: 'none', lineStyle: { color: theme.error, type: 'dashed', width: 1.5 },
  label: { formatter: '{b}', color: theme.strong, position: 'insideStartTop' },
  data: lines.map(l => ({ name: l.name, [horizontal ? 'xAxis' : 'yAxis']: l.value })),
} : undefined;

function cartesian(spec, theme, number) {
  const labels = axis(theme, { type: 'category', data: spec.labels, name: spec.horizontal ? undefined : spec.xName, nameLocation: 'middle', nameGap: 26, boundaryGap: spec.kind === 'bar', inverse: !!spec.horizontal });
  const values = axis(theme, { type: 'value', scale: spec.kind === 'line', axisLabel: { color: theme.text, formatter: number } });
  const horizontal = !!spec.horizontal;
  return {
    ...base(theme),
    xAxis: horizontal ? values : labels, yAxis: horizontal ? labels : values,
    tooltip: { ...base(theme).tooltip, valueFormatter: v => v == null ? '–' : number(v) + (spec.unit ? ' ' + spec.unit : '') },
    legend: { ...base(theme).legend, show: spec.series.length > 1 },
    grid: { ...base(theme).grid, top: spec.series.length > 1 ? 34 : 14, bottom: horizontal ? 8 : 22 },
    series: spec.series.map((s, i) => ({
      type: spec.kind, name: s.name, data: s.values, connectNulls: false, stack: spec.stacked ? 'all' : undefined,
      symbol: ['circle', 'triangle', 'rect', 'diamond'][i % 4], symbolSize: 6, showSymbol: spec.dots || s.values.filter(v => v != null).length < 3,
      lineStyle: { width: 2, type: ['solid', 'dashed', 'dotted'][Math.floor(i / 3) % 3] }, barMaxWidth: 28,
      markLine: i === 0 ? marks(theme, spec.lines, horizontal) : undefined,
    })),
  };
}

function heat(spec, theme, number) {
  const values = spec.cells.map(c => c[2]).filter(v => v != null);
  const level = v => spec.levels.reduce((found, l, i) => v >= l.from ? i : found, 0);
  const banded = spec.levels.length > 0;
  const colour = i => theme.bands[spec.levels.length <= 1 ? 0 : Math.round(i * (theme.bands.length - 1) / (spec.levels.length - 1))];
  const sign = i => Signs[spec.levels.length <= 1 ? 0 : Math.round(i * (Signs.length - 1) / (spec.levels.length - 1))];
  const ink = v => SignInk[theme.mode][spec.levels.length <= 1 ? 0 : Math.round(level(v) * 3 / (spec.levels.length - 1))];
  return {
    ...base(theme),
    grid: { left: 8, right: 16, top: 8, bottom: 44, outerBoundsMode: 'same' }, legend: { show: false },
    xAxis: axis(theme, { type: 'category', data: spec.columns, splitLine: { show: false } }),
    yAxis: axis(theme, { type: 'category', data: spec.rows, inverse: true, splitLine: { show: false } }),
    tooltip: {
      ...base(theme).tooltip, trigger: 'item',
      formatter: p => `${escape(spec.rows[p.value[1]])} · ${escape(spec.columns[p.value[0]])}<br><b>${number(p.value[2])}${spec.unit ? ' ' + escape(spec.unit) : ''}</b>${banded ? ' ' + escape(spec.levels[level(p.value[2])].name) : ''}`,
    },
    visualMap: banded ? {
      type: 'piecewise', orient: 'horizontal', left: 0, bottom: 0, dimension: 2, textStyle: { color: theme.text },
      pieces: spec.levels.map((l, i) => ({ gte: i === 0 ? -Infinity : l.from, lt: spec.levels[i + 1]?.from ?? Infinity, label: `${sign(i)} ${l.name}`.trim(), color: colour(i) })),
    } : {
      type: 'continuous', orient: 'horizontal', left: 0, bottom: 0, dimension: 2, min: Math.min(...values, 0), max: Math.max(...values, 0.0001),
      inRange: { color: theme.heat }, textStyle: { color: theme.text }, itemHeight: 120, formatter: v => number(v),
    },
    series: [{
      type: 'heatmap', data: spec.cells.filter(c => c[2] != null).map(c => banded ? { value: c, label: { color: ink(c[2]) } } : c), itemStyle: { borderColor: theme.surface, borderWidth: 1 },
      label: { show: banded, color: theme.strong, fontSize: 10, formatter: p => sign(level(p.value[2])) },
      emphasis: { itemStyle: { borderColor: theme.strong, borderWidth: 2 } },
    }],
  };
}

function scatter(spec, theme, number) {
  return {
    ...base(theme), legend: { show: false }, grid: { ...base(theme).grid, top: 24, bottom: 22, right: 24 },
    xAxis: axis(theme, { type: 'value', name: spec.xName, nameLocation: 'middle', nameGap: 26 }),
    yAxis: axis(theme, { type: 'value', name: spec.yName }),
    tooltip: { ...base(theme).tooltip, trigger: 'item', formatter: p => `${escape(p.name)}<br>${escape(spec.xName)}: ${number(p.value[0])}<br>${escape(spec.yName)}: ${number(p.value[1])}` },
    series: [{
      type: 'scatter', symbolSize: 11, data: spec.points.map(p => ({ name: p.name, value: [p.x, p.y] })), markLine: marks(theme, spec.lines),
      label: { show: spec.points.length <= 30, formatter: '{b}', position: 'right', color: theme.text }, labelLayout: { hideOverlap: true },
    }],
  };
}

function histogram(spec, theme, number) {
  const bins = spec.edges.length - 1;
  const label = i => `${number(spec.edges[i])} – ${number(spec.edges[i + 1])}`;
  return {
    ...base(theme), grid: { ...base(theme).grid, bottom: 22 },
    xAxis: axis(theme, { type: 'category', data: Array.from({ length: bins }, (_, i) => label(i)), name: spec.xName, nameLocation: 'middle', nameGap: 26, splitLine: { show: false } }),
    yAxis: axis(theme, { type: 'value', axisLabel: { color: theme.text, formatter: number } }),
    tooltip: { ...base(theme).tooltip, valueFormatter: v => v == null ? '–' : number(v) + (spec.unit ? ' ' + spec.unit : '') },
    series: spec.series.map((s, i) => ({
      type: 'bar', name: s.name, data: s.values, barGap: '-100%', barCategoryGap: '8%',
      itemStyle: { color: theme.palette[i], opacity: i === 0 ? 0.45 : 0.55, borderColor: theme.palette[i], borderWidth: 1.5, borderType: i === 0 ? 'solid' : 'dashed' },
    })),
  };
}

const escape = text => String(text).replace(/[&<>"]/g, c => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

function options(spec, language) {
  const theme = look();
  const format = new Intl.NumberFormat(language, { maximumSignificantDigits: 5 });
  const number = v => format.format(v);
  return { heat, scatter, histogram, line: cartesian, bar: cartesian }[spec.kind](spec, theme, number);
}

export function draw(element, spec, language, page) {
  if (!element) return;
  let entry = drawn.get(element);
  if (!entry) {
    const chart = init(element, null, { renderer: 'canvas' });
    const size = new ResizeObserver(() => chart.resize());
    size.observe(element);
    entry = { chart, size };
    drawn.set(element, entry);
  }
  Object.assign(entry, { spec, language });
  entry.chart.off('click');
  if (page) {
    entry.chart.on('click', p => spec.kind === 'heat'
      ? page.invokeMethodAsync('Choose', p.value[1], p.value[0])
      : page.invokeMethodAsync('Choose', p.seriesIndex ?? 0, p.dataIndex ?? 0));
  }
  entry.chart.setOption(options(spec, language), true);
}

export function remove(element) {
  const entry = drawn.get(element);
  if (!entry) return;
  entry.size.disconnect();
  entry.chart.dispose();
  drawn.delete(element);
}

const redraw = () => {
  for (const [element, entry] of drawn) {
    if (element.isConnected) entry.chart.setOption(options(entry.spec, entry.language), true);
    else remove(element);
  }
};
document.addEventListener('portal-theme', redraw);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
