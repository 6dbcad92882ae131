"use strict";
/* The charts: places what the page's data says; computes no figure. */
const tokencost = { data: JSON.parse(document.getElementById("data").textContent) };
tokencost.charts = (() => {
  const SHAPES = ["circle", "triangle", "rect", "rectRot", "rectRounded", "star", "crossRot"];
  const FAMILIES = ["diffusion", "autoregressive", "next-scale", "masked", "hybrid", "api"];
  const drawn = new Map();
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);

  Chart.defaults.font.family = "system-ui, sans-serif";

  const color = (name, alpha = 1) => {
    probe.style.color = `var(--${name})`;
    const [r, g, b] = getComputedStyle(probe).color.match(/[\d.]+/g);
    return `rgba(${r}, ${g}, ${b}, ${alpha})`;
  };
  const family = (name) => Math.max(0, FAMILIES.indexOf(name));
  const narrow = () => innerWidth < 640;

  const axis = (title, more = {}) => ({
    title: { display: Boolean(title), text: title, color: color("quiet") },
    grid: { color: color("line") },
    ...more,
    ticks: { color: color("quiet"), ...(more.ticks || {}) },
  });
  /* A logarithmic axis with a line at 1, 2 and 5 of every decade, at 1 alone where there are many. */
  const decades = (title, unit, more = {}) => axis(title, {
    type: "logarithmic",
    afterBuildTicks(scale) {
      const many = Math.log10(scale.max / scale.min) > (narrow() && scale.isHorizontal() ? 1.5 : 3.2);
      const found = [];
      for (let power = Math.floor(Math.log10(scale.min)); 10 ** power <= scale.max; power += 1) {
        for (const digit of many ? [1] : [1, 2, 5]) {
          const value = Number((digit * 10 ** power).toPrecision(1));
          if (value >= scale.min && value <= scale.max) found.push({ value });
        }
      }
      if (found.length > 1) scale.ticks = found;
    },
    ...more,
    ticks: { maxRotation: 0, autoSkip: false, callback: unit },
  });
  const seconds = (value) => {
    if (value >= 7200) return `${Number((value / 3600).toPrecision(2))} h`;
    return value >= 1 || value === 0 ? `${Number(value.toPrecision(3))} s` : `${Number((value * 1e3).toPrecision(3))} ms`;
  };
  const beyond = (lines) => (lines.length ? 1.1 * Math.max(...lines.map((line) => line.value)) : undefined);
  const dollars = (value) => `$${value >= 1000 ? value.toLocaleString("en-US") : Number(value.toPrecision(6))}`;
  const common = (told, more = {}) => ({
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "nearest", intersect: false, ...(more.interaction || {}) },
    plugins: {
      legend: { labels: { color: color("ink"), usePointStyle: true, boxHeight: 8 }, ...(more.legend || {}) },
      tooltip: { callbacks: told },
    },
  });

  /* Lines across the plot, where the limits of the spec are. */
  const limits = (lines) => ({
    id: "limits",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea: area, scales } = chart;
      for (const line of lines) {
        const scale = scales[line.axis];
        const at = scale.getPixelForValue(line.value);
        const flat = !scale.isHorizontal();
        if (at < (flat ? area.top : area.left) || at > (flat ? area.bottom : area.right)) continue;
        ctx.save();
        ctx.strokeStyle = ctx.fillStyle = color("no");
        ctx.setLineDash([5, 4]);
        ctx.beginPath();
        ctx.moveTo(flat ? area.left : at, flat ? at : area.top);
        ctx.lineTo(flat ? area.right : at, flat ? at : area.bottom);
        ctx.stroke();
        ctx.setLineDash([]);
        ctx.font = "12px system-ui";
        const wide = ctx.measureText(line.text).width;
        const left = flat ? area.right - wide - 6 : Math.min(at + 4, area.right - wide - 4);
        const top = flat ? at - 18 : area.top + 2;
        ctx.fillStyle = color("paper", 0.85);
        ctx.fillRect(left - 2, top, wide + 4, 16);
        ctx.fillStyle = color("no");
        ctx.textAlign = "left";
        ctx.fillText(line.text, left, top + 12);
        ctx.restore();
      }
    },
  });

  const byRow = (rows) => ({
    height: Math.max(190, rows * (narrow() ? 34 : 30) + 110),
  });

  const kinds = {
    phases(data, choice) {
      const whole = data.series[0].seconds.map((_, row) => data.series.reduce((sum, one) => sum + one.seconds[row], 0));
      const share = choice !== "seconds";
      return {
        ...byRow(data.labels.length),
        choices: [["share", "Share of the request"], ["seconds", "Seconds"]],
        config: {
          type: "bar",
          data: {
            labels: data.labels,
            datasets: data.series.map((one) => ({
              label: one.name,
              data: one.seconds.map((value, row) => (share ? (100 * value) / whole[row] : value)),
              backgroundColor: color(`c${one.color}`),
              pointStyle: "rect",
              stack: "time",
              barPercentage: 0.8,
            })),
          },
          options: {
            ...common({
              title: ([item]) => `${item.label}: ${data.totals[item.dataIndex]} together`,
              label: (item) => {
                const one = data.series[item.datasetIndex];
                const part = (100 * one.seconds[item.dataIndex]) / whole[item.dataIndex];
                return `${one.name}: ${one.texts[item.dataIndex]} (${part < 1 ? part.toPrecision(1) : Math.round(part)} %)`;
              },
            }, { interaction: { mode: "index", axis: "y" } }),
            indexAxis: "y",
            scales: {
              x: axis(share ? "share of the request" : "seconds", {
                stacked: true,
                max: share ? 100 : undefined,
                ticks: share ? { callback: (value) => `${value} %` } : { maxRotation: 0, callback: seconds },
              }),
              y: axis("", {
                stacked: true,
                grid: { display: false },
                ticks: {
                  color: color("ink"),
                  autoSkip: false,
                  callback(value) {
                    const name = this.getLabelForValue(value);
                    return narrow() ? name : `${name}  ${data.totals[value]}`;
                  },
                },
              }),
            },
          },
        },
      };
    },

    latency(data) {
      const points = data.percentiles.map((one, n) => ({
        type: "scatter",
        label: `${one.name} under load`,
        data: one.seconds.map((value, row) => ({ x: value, y: data.labels[row], text: one.texts[row] }))
          .filter((point) => point.x !== null),
        pointStyle: SHAPES[n],
        pointRadius: 5,
        borderColor: color(`c${n + 1}`),
        backgroundColor: color(`c${n + 1}`, 0.85),
      }));
      return {
        ...byRow(data.labels.length),
        config: {
          type: "bar",
          data: {
            labels: data.labels,
            datasets: [...points, {
              label: "one request alone, 90 % interval",
              data: data.alone.map(([low, , high]) => [low, high * (high > low ? 1 : 1.01)]),
              backgroundColor: color("c0", 0.75),
              pointStyle: "rect",
              barPercentage: 0.5,
              minBarLength: 3,
            }],
          },
          options: {
            ...common({
              title: ([item]) => data.labels[item.raw.y === undefined ? item.dataIndex : data.labels.indexOf(item.raw.y)],
              label: (item) => `${item.dataset.label}: ${item.raw.text || data.texts[item.dataIndex]}`,
            }, { interaction: { mode: "nearest", axis: "xy" } }),
            indexAxis: "y",
            scales: {
              x: decades("time to an answer", seconds, { suggestedMax: beyond(data.limits) }),
              y: axis("", { grid: { display: false }, ticks: { color: color("ink"), autoSkip: false } }),
            },
          },
          plugins: [limits(data.limits)],
        },
      };
    },

    choice(data) {
      const scores = data.points.map((one) => one.quality).filter((value) => value !== null);
      const [low, high] = [Math.min(...scores), Math.max(...scores)];
      const radius = (value) => (value === null ? 4 : 5 + 8 * (high > low ? (value - low) / (high - low) : 0.5));
      const families = FAMILIES.filter((name) => data.points.some((one) => one.family === name));
      const line = data.points.filter((one) => one.feasible).sort((a, b) => a.wait - b.wait || a.cost - b.cost)
        .filter((one, n, all) => all.slice(0, n).every((other) => other.cost > one.cost));
      const sets = families.map((name) => {
        const own = data.points.filter((one) => one.family === name);
        const paint = color(`c${family(name)}`);
        return {
          label: name,
          data: own.map((one) => ({ x: one.wait, y: one.cost, one })),
          pointStyle: SHAPES[family(name)],
          pointRadius: own.map((one) => radius(one.quality)),
          pointHoverRadius: own.map((one) => radius(one.quality) + 2),
          pointHitRadius: 8,
          borderColor: own.map((one) => (one.front ? color("ink") : one.feasible ? paint : color(`c${family(name)}`, 0.6))),
          borderWidth: own.map((one) => (one.front ? 2.5 : 1.5)),
          backgroundColor: own.map((one) => (one.feasible ? color(`c${family(name)}`, 0.65) : "transparent")),
        };
      });
      const names = {
        id: "names",
        afterDatasetsDraw(chart) {
          const { ctx, chartArea: area } = chart;
          ctx.save();
          ctx.font = "12px system-ui";
          ctx.fillStyle = color("ink");
          ctx.strokeStyle = color("paper", 0.85);
          ctx.lineWidth = 4;
          ctx.lineJoin = "round";
          const marks = chart.data.datasets.flatMap((set, n) => (set.type === "line" ? [] : set.data.map((value, index) => {
            const { x, y } = chart.getDatasetMeta(n).data[index];
            return { x, y, far: set.pointRadius[index] + 3, one: value.one };
          })));
          const taken = marks.map(({ x, y, far }) => [x - far, y - far, x + far, y + far]);
          const free = (box) => box[0] > area.left && box[2] < area.right && box[1] > area.top && box[3] < area.bottom
            && !taken.some((o) => box[0] < o[2] && box[2] > o[0] && box[1] < o[3] && box[3] > o[1]);
          for (const { x, y, far, one } of marks.filter((mark) => mark.one.front)) {
            const wide = ctx.measureText(one.model).width;
            const box = [[far, -7], [-far - wide, -7], [-wide / 2, far], [-wide / 2, -far - 14], [far, far], [-far - wide, far]]
              .map(([left, top]) => [x + left, y + top, x + left + wide, y + top + 14]).find(free);
            if (!box) continue;
            taken.push(box);
            ctx.strokeText(one.model, box[0], box[3] - 3);
            ctx.fillText(one.model, box[0], box[3] - 3);
          }
          ctx.restore();
        },
      };
      return {
        height: narrow() ? 420 : 500,
        config: {
          type: "scatter",
          data: {
            datasets: [...sets, ...(line.length > 1 ? [{
              label: "front of cost against latency",
              data: line.map((one) => ({ x: one.wait, y: one.cost, one })),
              type: "line",
              stepped: "before",
              showLine: true,
              pointRadius: 0,
              pointHitRadius: 0,
              borderColor: color("quiet"),
              borderWidth: 1.5,
              borderDash: [4, 3],
              pointStyle: "line",
            }] : [])],
          },
          options: {
            ...common({
              title: ([item]) => item.raw.one.model,
              label: (item) => {
                const { one } = item.raw;
                const place = one.feasible ? (one.front ? "on the front" : "feasible") : "breaks a limit";
                return [one.family, `${one.texts[0]} per asset`, one.texts[1], ...(one.texts[2] ? [one.texts[2]] : []), place];
              },
            }, {
              interaction: { intersect: true },
              legend: {
                labels: {
                  color: color("ink"),
                  usePointStyle: true,
                  boxHeight: 8,
                  generateLabels: (chart) => chart.data.datasets.map((set, datasetIndex) => ({
                    text: set.label,
                    datasetIndex,
                    hidden: !chart.isDatasetVisible(datasetIndex),
                    pointStyle: set.pointStyle,
                    fontColor: color("ink"),
                    strokeStyle: set.type === "line" ? color("quiet") : color(`c${family(set.label)}`),
                    fillStyle: set.type === "line" ? color("quiet") : color(`c${family(set.label)}`, 0.65),
                    lineWidth: 1.5,
                  })),
                },
              },
            }),
            scales: {
              x: decades("latency: p95 under load, else one request", seconds),
              y: decades("$ per asset", dollars),
            },
          },
          plugins: [limits(data.limits), names],
        },
      };
    },

    spread(data) {
      return {
        height: 320,
        config: {
          type: "scatter",
          data: {
            datasets: data.models.map((one, n) => ({
              label: one.model,
              data: one.points.map(([x, y], index) => ({ x, y, text: one.texts[index] })),
              showLine: true,
              pointStyle: SHAPES[n % SHAPES.length],
              pointRadius: 3,
              borderWidth: 2,
              borderColor: color(`c${n % 7}`),
              backgroundColor: color(`c${n % 7}`),
            })),
          },
          options: {
            ...common({ title: ([item]) => item.dataset.label, label: (item) => item.raw.text }),
            scales: {
              x: decades("time to an answer", seconds, { suggestedMax: beyond(data.limits) }),
              y: axis("requests answered", { min: 0, max: 100, ticks: { callback: (value) => `${value} %` } }),
            },
          },
          plugins: [limits(data.limits)],
        },
      };
    },

    fleets(data, choice) {
      const one = data.models[Number(choice || 0)];
      const paint = (point) => color(point.kept ? "yes" : point.kept === false ? "no" : "open", point.kept ? 0.4 : 0.15);
      return {
        height: 340,
        choices: data.models.length > 1 ? data.models.map((other, n) => [String(n), other.model]) : [],
        config: {
          type: "bar",
          data: {
            labels: one.points.map((point) => point.replicas),
            datasets: [
              {
                type: "line",
                label: "p95",
                yAxisID: "late",
                data: one.points.map((point) => point.p95),
                borderColor: color("c1"),
                backgroundColor: color("c1"),
                pointStyle: "triangle",
                pointRadius: 5,
                spanGaps: false,
              },
              {
                label: "$ per month (green keeps the limits)",
                yAxisID: "y",
                data: one.points.map((point) => point.month),
                backgroundColor: one.points.map(paint),
                borderColor: one.points.map((point) => color(point.kept ? "yes" : point.kept === false ? "no" : "open")),
                borderWidth: 1.5,
                pointStyle: "rect",
              },
            ],
          },
          options: {
            ...common({
              title: ([item]) => `${one.model}, ${item.label} replicas`,
              label: (item) => {
                const [busy, late, month, kept] = one.points[item.dataIndex].texts;
                return item.datasetIndex ? [`${month} per month`, `keeps the limits: ${kept}`] : `p95 ${late}, ${busy} busy`;
              },
            }, { interaction: { mode: "index" } }),
            scales: {
              x: axis("replicas", { grid: { display: false } }),
              y: axis("$ per month", { beginAtZero: true, ticks: { callback: dollars } }),
              late: decades("p95", seconds, {
                position: "right",
                suggestedMax: data.limit ? data.limit.seconds * 1.5 : undefined,
                grid: { display: false },
              }),
            },
          },
          plugins: [limits(data.limit ? [{ axis: "late", value: data.limit.seconds, text: data.limit.text }] : [])],
        },
      };
    },
  };

  const draw = (canvas, made) => {
    const old = drawn.get(canvas.id);
    if (old) old.destroy();
    const plot = canvas.parentElement;
    plot.hidden = false;
    if (made.height) plot.style.height = `${made.height}px`;
    drawn.set(canvas.id, new Chart(canvas, made.config));
  };

  /* Arrow keys go from mark to mark; what the tooltip says is read out. */
  const readable = (canvas) => {
    let at = -1;
    canvas.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const chart = drawn.get(canvas.id);
      if (!step || !chart) return;
      event.preventDefault();
      const marks = chart.data.datasets.flatMap((set, datasetIndex) => (set.pointHitRadius === 0 ? []
        : set.data.map((value, index) => ({ datasetIndex, index, value }))
          .filter((mark) => mark.value !== null && mark.value !== undefined)));
      if (!marks.length) return;
      at = (at + step + marks.length) % marks.length;
      const active = [{ datasetIndex: marks[at].datasetIndex, index: marks[at].index }];
      const place = chart.getDatasetMeta(active[0].datasetIndex).data[active[0].index].tooltipPosition(true);
      chart.setActiveElements(active);
      chart.tooltip.setActiveElements(active, place);
      chart.update("none");
      const words = [...(chart.tooltip.title || []), ...(chart.tooltip.body || []).flatMap((part) => part.lines)];
      canvas.closest("figure").querySelector("[role=status]").textContent = words.join(", ");
    });
    canvas.addEventListener("blur", () => {
      const chart = drawn.get(canvas.id);
      if (!chart) return;
      at = -1;
      chart.setActiveElements([]);
      chart.tooltip.setActiveElements([], { x: 0, y: 0 });
      chart.update("none");
    });
  };

  const buttons = (place, choices, chosen, choose) => {
    place.hidden = choices.length < 2;
    place.replaceChildren(...choices.map(([name, text]) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      button.setAttribute("aria-pressed", String(name === chosen));
      button.addEventListener("click", () => {
        choose(name);
        [...place.children].forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      });
      return button;
    }));
  };

  const redraws = [];
  const start = () => {
    for (const canvas of document.querySelectorAll("canvas[data-chart]")) {
      const data = tokencost.data.charts[canvas.dataset.chart];
      let chosen = null;
      const show = () => draw(canvas, kinds[data.kind](data, chosen));
      const { choices = [] } = kinds[data.kind](data, chosen);
      buttons(document.getElementById(`${canvas.id}-choices`), choices, choices.length ? choices[0][0] : "", (name) => {
        chosen = name;
        show();
      });
      readable(canvas);
      redraws.push(show);
    }
  };
  let wasNarrow = narrow();
  addEventListener("resize", () => {
    if (narrow() !== wasNarrow) redraws.forEach((show) => show());
    wasNarrow = narrow();
  });
  return {
    start, draw, buttons, readable, color, family, axis, decades, dollars, common, shapes: SHAPES, drawn,
    redraw: () => redraws.forEach((show) => show()),
    also: (show) => redraws.push(show),
  };
})();
